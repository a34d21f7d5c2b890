//! The argument keys: a [`table`], and the messages about keys that are derived from it.

mod suggest;
mod table;

pub(crate) use suggest::nearest_of;
use table::KEYS;

use crate::attribute::Attribute;

/// One argument key.
#[derive(Debug)]
pub(crate) struct Key {
    pub(crate) id: KeyId,
    pub(crate) name: &'static str,
    /// The legal form, as messages show it.
    pub(crate) form: &'static str,
    /// The attributes that take it.
    on: &'static [Attribute],
    /// Other words that users write for it, beside misspellings.
    synonyms: &'static [&'static str],
}

/// Which key it is, for exhaustive matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyId {
    Condition(ConditionKey),
    Setting(SettingKey),
}

/// A key that says something about the caller. It may be written several times and nested.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ConditionKey {
    Acr,
    All,
    Any,
    Claim,
    Fresh,
    MaxAge,
    Not,
    Owner,
    Path,
    Policy,
    Role,
    Scope,
}

/// A key that says something about the whole policy; the docs call it an option. It is written once, never nested.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SettingKey {
    Check,
    Crate,
    Credentials,
    DenyAs,
    Enforcement,
    Expired,
    Reason,
    Redirect,
    Token,
}

/// Where an argument is written.
#[derive(Clone, Copy, Debug)]
pub(crate) enum ArgumentPlace {
    /// Directly in the parentheses of an attribute.
    Attribute(Attribute),
    /// In the parentheses of this group.
    Group(&'static Key),
}

impl Key {
    /// The key of this name at this place, or the sentence that says what is wrong with it.
    pub(crate) fn resolve(name: &str, place: ArgumentPlace) -> Result<&'static Self, String> {
        match KEYS.iter().find(|key| key.name == name) {
            Some(key) => key.misplaced(place).map_or(Ok(key), Err),
            None => Err(unknown(name, place)),
        }
    }

    /// The end of a message, which shows the legal form.
    pub(crate) fn written(&self) -> String {
        format!("it is written `{}`", self.form)
    }

    /// The condition with this name that has no opposite.
    pub(crate) fn without_opposite(name: &str) -> Option<&'static Self> {
        KEYS.iter().find(|key| key.name == name && key.refused_below_not().is_some())
    }

    /// Whether its value is a limit, so that `<=` is meant by `=`.
    pub(crate) const fn is_limit(&self) -> bool {
        matches!(self.id, KeyId::Condition(ConditionKey::MaxAge))
    }

    /// How its opposite is written.
    pub(crate) fn negated(&self) -> String {
        self.refused_below_not().unwrap_or_else(|| format!("write `not({})`", self.form))
    }

    /// Why a condition has no opposite; `None` if it has one.
    pub(crate) fn refused_below_not(&self) -> Option<String> {
        let why = match self.id {
            KeyId::Condition(ConditionKey::Owner | ConditionKey::Path) => {
                "where another spelling of the same value would pass, such as `07` for `7`; let a function decide, as in \
                 `check = may_approve`"
            }
            KeyId::Condition(ConditionKey::MaxAge | ConditionKey::Acr) => {
                "which would ask for an older or a weaker login; let a function decide, as in `check = may_approve`"
            }
            _ => return None,
        };
        Some(format!("`{}` cannot stand below `not(..)`, {why}", self.name))
    }

    pub(crate) const fn is_condition(&self) -> bool {
        matches!(self.id, KeyId::Condition(_))
    }

    /// The message, if the key does not belong at this place.
    fn misplaced(&self, place: ArgumentPlace) -> Option<String> {
        let name = self.name;
        match place {
            ArgumentPlace::Group(group) => (!self.is_condition()).then(|| {
                format!(
                    "`{name}` is about the whole policy; write it beside `{}(..)`, not inside",
                    group.name
                )
            }),
            ArgumentPlace::Attribute(attribute) if self.on.contains(&attribute) => None,
            ArgumentPlace::Attribute(attribute) => Some(match self.id {
                KeyId::Condition(_) => format!(
                    "`{name}` is a condition, which an anonymous caller cannot meet; write `#[requires({})]` \
                     instead of `#[{}]`",
                    self.form,
                    attribute.name()
                ),
                KeyId::Setting(_) => {
                    let owners: Vec<_> = self.on.iter().map(|owner| format!("`{owner}`")).collect();
                    format!("`{name}` belongs to {}, not to `{attribute}`", owners.join(" and "))
                }
            }),
        }
    }
}

impl ArgumentPlace {
    fn takes(self, key: &Key) -> bool {
        key.misplaced(self).is_none()
    }

    /// A sentence that lists the legal keys of this place.
    pub(crate) fn takes_sentence(self) -> String {
        let list = |conditions: bool| {
            let names = KEYS.iter().filter(|key| key.is_condition() == conditions && self.takes(key));
            names.map(|key| format!("`{}`", key.name)).collect::<Vec<_>>().join(", ")
        };
        let (conditions, settings) = (list(true), list(false));
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

fn unknown(name: &str, place: ArgumentPlace) -> String {
    match suggest::nearest(name, place) {
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
            KEYS.iter().flat_map(|key| key.synonyms.iter().copied().chain([key.name])).collect();
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
