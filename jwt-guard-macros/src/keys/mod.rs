//! The argument keys: a [`table`], and the messages about keys that are derived from it.

mod near;
mod table;

use table::KEYS;

use crate::attribute::Attribute;

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
    Credentials,
    DenyAs,
    Expired,
    Fresh,
    Not,
    Policy,
    Reason,
    Redirect,
    Role,
    Scope,
    Token,
}

/// What a key says something about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// About the caller. May be written several times and nested.
    Condition,
    /// About the whole policy; the docs call it an option. Written once, never nested.
    Setting,
}

/// How the value of a key is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Nothing: the key is all of it.
    Bare,
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
                    format!("`{name}` belongs to {}, not to `{attribute}`", owners.join(" and "))
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
            names.map(|key| format!("`{}`", key.name)).collect::<Vec<_>>().join(", ")
        };
        let (conditions, settings) = (list(Kind::Condition), list(Kind::Setting));
        match self {
            Self::Group(group) => format!("`{}(..)` takes the conditions {conditions}", group.name),
            Self::Attribute(attribute) if conditions.is_empty() => {
                format!("`{attribute}` takes {settings}")
            }
            Self::Attribute(attribute) => {
                format!("`{attribute}` takes the conditions {conditions} and the options {settings}")
            }
        }
    }
}

fn unknown(name: &str, place: Place) -> String {
    match near::nearest(name, place) {
        Some(key) => format!("unknown key `{name}`; did you mean `{}`?", key.form),
        None => format!("unknown key `{name}`; {}", place.takes_sentence()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_means_two_keys() {
        let mut names: Vec<&str> =
            KEYS.iter().flat_map(|key| key.near.iter().copied().chain([key.name])).collect();
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
}
