//! The argument keys, as a table from which the messages about them are derived.

use crate::attribute::Attribute::{self, AnonymousAllowed, AuthenticationRequired, Requires};

/// One argument key.
#[derive(Debug)]
pub(crate) struct Key {
    pub(crate) word: Word,
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) shape: Shape,
    /// The legal form, as messages show it.
    pub(crate) form: &'static str,
    /// The attributes that take it.
    on: &'static [Attribute],
    /// What people write when they mean it, beyond misspellings.
    near: &'static [&'static str],
}

/// The identity of a key, for exhaustive matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Word {
    All,
    Any,
    Claim,
    Crate,
    DenyAs,
    Expired,
    Not,
    Policy,
    Reason,
    Redirect,
    Role,
    Scope,
}

/// What a key says something about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// About the caller. May be written several times and nested.
    Condition,
    /// About the whole policy. Written once, never nested.
    Setting,
}

/// How the value of a key is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// `= "text"` or `= path::TO_CONSTANT`.
    Name,
    /// `("segment", ..) = literal`.
    Claim,
    /// `(condition, ..)`.
    Conditions,
    /// `= path::Type`.
    Type,
    /// `= ::path`.
    Path,
    /// `= "text"`.
    Text,
    /// `= "word"`, where this is the only legal word.
    Fixed(&'static str),
}

/// Where an argument is written.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Place {
    /// Directly in the parentheses of an attribute.
    Attribute(Attribute),
    /// In the parentheses of this group.
    Group(&'static Key),
}

const CONDITIONAL: &[Attribute] = &[AuthenticationRequired, Requires];
const EVERY: &[Attribute] = &[AnonymousAllowed, AuthenticationRequired, Requires];

const KEYS: &[Key] = &[
    Key {
        word: Word::Scope,
        name: "scope",
        kind: Kind::Condition,
        shape: Shape::Name,
        form: "scope = \"orders:read\"",
        on: CONDITIONAL,
        near: &[
            "scopes",
            "scp",
            "permission",
            "permissions",
            "authority",
            "authorities",
        ],
    },
    Key {
        word: Word::Role,
        name: "role",
        kind: Kind::Condition,
        shape: Shape::Name,
        form: "role = \"clerk\"",
        on: CONDITIONAL,
        near: &["roles", "group", "groups"],
    },
    Key {
        word: Word::Claim,
        name: "claim",
        kind: Kind::Condition,
        shape: Shape::Claim,
        form: "claim(\"tenant\") = \"acme\"",
        on: CONDITIONAL,
        near: &["claims"],
    },
    Key {
        word: Word::All,
        name: "all",
        kind: Kind::Condition,
        shape: Shape::Conditions,
        form: "all(scope = \"orders:read\", role = \"clerk\")",
        on: CONDITIONAL,
        near: &["and", "all_of", "every"],
    },
    Key {
        word: Word::Any,
        name: "any",
        kind: Kind::Condition,
        shape: Shape::Conditions,
        form: "any(role = \"clerk\", role = \"manager\")",
        on: CONDITIONAL,
        near: &["or", "any_of", "one_of", "some"],
    },
    Key {
        word: Word::Not,
        name: "not",
        kind: Kind::Condition,
        shape: Shape::Conditions,
        form: "not(role = \"guest\")",
        on: CONDITIONAL,
        near: &["none", "none_of", "unless", "except"],
    },
    Key {
        word: Word::Policy,
        name: "policy",
        kind: Kind::Condition,
        shape: Shape::Type,
        form: "policy = policies::CanBook",
        on: CONDITIONAL,
        near: &["policies", "rule", "guard", "guards"],
    },
    Key {
        word: Word::DenyAs,
        name: "deny_as",
        kind: Kind::Setting,
        shape: Shape::Fixed("not_found"),
        form: "deny_as = \"not_found\"",
        on: CONDITIONAL,
        near: &["status", "status_code", "deny", "deny_with", "hide"],
    },
    Key {
        word: Word::Redirect,
        name: "redirect",
        kind: Kind::Setting,
        shape: Shape::Text,
        form: "redirect = \"/login\"",
        on: CONDITIONAL,
        near: &["redirect_to", "login", "login_url"],
    },
    Key {
        word: Word::Expired,
        name: "expired",
        kind: Kind::Setting,
        shape: Shape::Fixed("anonymous"),
        form: "expired = \"anonymous\"",
        on: &[AnonymousAllowed],
        near: &["expire", "expires", "allow_expired", "on_expired"],
    },
    Key {
        word: Word::Reason,
        name: "reason",
        kind: Kind::Setting,
        shape: Shape::Text,
        form: "reason = \"why the policy is as it is\"",
        on: EVERY,
        near: &["because", "why", "description", "comment"],
    },
    Key {
        word: Word::Crate,
        name: "crate",
        kind: Kind::Setting,
        shape: Shape::Path,
        form: "crate = ::path::to::jwt_guard",
        on: EVERY,
        near: &["krate", "crate_path", "crate_name", "crate_root"],
    },
];

impl Key {
    /// The key of this name at this place, or the sentence that says what is wrong with it.
    pub(crate) fn resolve(name: &str, place: Place) -> Result<&'static Self, String> {
        match KEYS.iter().find(|key| key.name == name) {
            Some(key) => key.misplaced(place).map_or(Ok(key), Err),
            None => Err(unknown(name, place)),
        }
    }

    /// A message's ending that shows the legal form.
    pub(crate) fn written(&self) -> String {
        format!("it is written `{}`", self.form)
    }

    fn misplaced(&self, place: Place) -> Option<String> {
        let name = self.name;
        match place {
            Place::Group(group) => (self.kind != Kind::Condition).then(|| {
                format!(
                    "`{name}` is about the whole policy; write it beside `{}(..)`, not inside",
                    group.name
                )
            }),
            Place::Attribute(attribute) if self.on.contains(&attribute) => None,
            Place::Attribute(attribute) => Some(match self.kind {
                Kind::Condition => format!(
                    "`{name}` is a condition, which an anonymous caller cannot meet; write `#[requires({})]` \
                     instead of `#[{}]`",
                    self.form,
                    attribute.name()
                ),
                Kind::Setting => {
                    let owners: Vec<_> = self.on.iter().map(|owner| format!("`{owner}`")).collect();
                    format!(
                        "`{name}` belongs to {}, not to `{attribute}`",
                        owners.join(" and ")
                    )
                }
            }),
        }
    }
}

impl Place {
    fn takes(self, key: &Key) -> bool {
        key.misplaced(self).is_none()
    }

    /// What may be written here, as a sentence.
    pub(crate) fn takes_sentence(self) -> String {
        let list = |kind: Kind| {
            let names = KEYS.iter().filter(|key| key.kind == kind && self.takes(key));
            names
                .map(|key| format!("`{}`", key.name))
                .collect::<Vec<_>>()
                .join(", ")
        };
        let (conditions, settings) = (list(Kind::Condition), list(Kind::Setting));
        match self {
            Self::Group(group) => format!("`{}(..)` takes the conditions {conditions}", group.name),
            Self::Attribute(attribute) if conditions.is_empty() => {
                format!("`{attribute}` takes {settings}")
            }
            Self::Attribute(attribute) => {
                format!("`{attribute}` takes the conditions {conditions} and the settings {settings}")
            }
        }
    }
}

fn unknown(name: &str, place: Place) -> String {
    match nearest(name, place) {
        Some(key) => format!("unknown key `{name}`; did you mean `{}`?", key.form),
        None => format!("unknown key `{name}`; {}", place.takes_sentence()),
    }
}

/// The key that was probably meant: one known by this other name, else the one with the fewest edits.
fn nearest(name: &str, place: Place) -> Option<&'static Key> {
    let lower = name.to_lowercase();
    let known = |key: &&Key| key.name == lower || key.near.contains(&lower.as_str());
    let close = |key: &'static Key| {
        let edits = edits(&lower, key.name);
        // One slip in a short word, two in a long one; more is another word.
        (edits <= 1 + usize::from(key.name.len() > 5)).then_some((edits, key))
    };
    let here = || KEYS.iter().filter(move |key| place.takes(key));
    here().find(known).or_else(|| {
        here()
            .filter_map(close)
            .min_by_key(|(edits, _)| *edits)
            .map(|(_, key)| key)
    })
}

/// How many insertions, deletions, replacements and swaps of neighbours lead from one word to the other.
fn edits(from: &str, to: &str) -> usize {
    let (from, to): (Vec<char>, Vec<char>) = (from.chars().collect(), to.chars().collect());
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=to.len()).collect();
    for (row, a) in from.iter().enumerate() {
        let mut current = vec![row + 1];
        for (column, b) in to.iter().enumerate() {
            let cell = |line: &[usize], index: usize| line.get(index).copied().unwrap_or(usize::MAX - 1);
            let mut cost = (cell(&last, column) + usize::from(a != b))
                .min(cell(&last, column + 1) + 1)
                .min(cell(&current, column) + 1);
            let swapped =
                row > 0 && column > 0 && from.get(row - 1) == Some(b) && to.get(column - 1) == Some(a);
            if swapped {
                cost = cost.min(cell(&before_last, column - 1) + 1);
            }
            current.push(cost);
        }
        before_last = std::mem::replace(&mut last, current);
    }
    last.last().copied().unwrap_or(from.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: Place = Place::Attribute(Requires);

    #[test]
    fn no_name_means_two_keys() {
        let mut names: Vec<&str> = KEYS
            .iter()
            .flat_map(|key| key.near.iter().copied().chain([key.name]))
            .collect();
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all);
    }

    #[test]
    fn every_form_begins_with_its_key() {
        for key in KEYS {
            assert!(key.form.starts_with(key.name), "{}", key.form);
        }
    }

    #[test]
    fn a_misspelling_finds_its_key() {
        for (name, meant) in [
            ("scpoe", "scope"),
            ("Scope", "scope"),
            ("scopes", "scope"),
            ("permission", "scope"),
            ("rol", "role"),
            ("roles", "role"),
            ("an", "any"),
            ("nto", "not"),
            ("redirct", "redirect"),
            ("deny_with", "deny_as"),
            ("polciy", "policy"),
        ] {
            assert_eq!(nearest(name, HERE).map(|key| key.name), Some(meant), "{name}");
        }
        assert!(nearest("frobnicate", HERE).is_none());
        assert!(
            nearest("expire", HERE).is_none(),
            "`expired` is not for this attribute"
        );
    }

    #[test]
    fn edits_count_insertions_deletions_replacements_and_swaps() {
        for (from, to, count) in [
            ("", "", 0),
            ("", "ab", 2),
            ("ab", "", 2),
            ("ab", "ba", 1),
            ("abc", "axc", 1),
        ] {
            assert_eq!(edits(from, to), count, "{from:?} to {to:?}");
        }
    }
}
