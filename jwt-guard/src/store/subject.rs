//! The subject of tokens: a name and its issuer.

use std::cell::RefCell;
use std::fmt::{self, Write as _};

/// A subject: a name, and the issuer that uses it. Two issuers may use one name for two people.
///
/// A plain text is a subject of the guard's own issuer.
///
/// ```
/// use jwt_guard::store::Subject;
///
/// let ours = Subject::from("ada");
/// let theirs = Subject::of_issuer("https://partner.example", "ada");
/// assert_ne!(ours, theirs);
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Subject {
    issuer: Option<String>,
    name: String,
}

impl Subject {
    /// A subject of the issuer with this name in the configuration of the guard: the first name, if it has several.
    pub fn of_issuer(issuer: impl Into<String>, name: impl Into<String>) -> Self {
        Self { issuer: Some(issuer.into()), name: name.into() }
    }

    /// The issuer. `None` for an issuer without a name, and, in calls to a guard, for its own issuer.
    #[must_use]
    pub fn issuer(&self) -> Option<&str> {
        self.issuer.as_deref()
    }

    /// The name: the claim `sub`, or the claim that the guard is configured to read instead.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The subject as one text, different for different subjects.
    pub(super) fn key(&self) -> String {
        with_key(self.issuer(), self.name(), str::to_owned)
    }
}

/// Passes the [key](Subject::key) of a subject to `look`, without allocating a text.
pub(super) fn with_key<R>(issuer: Option<&str>, name: &str, look: impl FnOnce(&str) -> R) -> R {
    thread_local! {
        static KEY: RefCell<String> = const { RefCell::new(String::new()) };
    }
    KEY.with_borrow_mut(|key| {
        key.clear();
        if let Some(issuer) = issuer {
            // Writing to a string does not fail.
            write!(key, "{}", issuer.len()).unwrap_or_default();
        }
        key.push(':');
        key.push_str(issuer.unwrap_or_default());
        key.push_str(name);
        look(key)
    })
}

impl From<&str> for Subject {
    fn from(name: &str) -> Self {
        Self { issuer: None, name: name.to_owned() }
    }
}

impl From<String> for Subject {
    fn from(name: String) -> Self {
        Self { issuer: None, name }
    }
}

impl From<&String> for Subject {
    fn from(name: &String) -> Self {
        name.as_str().into()
    }
}

/// Names of subjects are personal data.
impl fmt::Debug for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Subject(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_subjects_have_one_key() {
        let issuers = [None, Some(""), Some("a"), Some("ab"), Some("1:a"), Some(":")];
        let names = ["", "a", "b", "ab", ":a", "1:a", "ba"];
        let mut keys = std::collections::HashSet::new();
        for issuer in issuers {
            for name in names {
                let subject = Subject { issuer: issuer.map(str::to_owned), name: name.to_owned() };
                assert!(keys.insert(subject.key()), "{issuer:?} {name:?}");
            }
        }
    }
}
