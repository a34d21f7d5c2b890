//! The subject of tokens: a name and its issuer.

use std::cell::RefCell;
use std::fmt::{self, Write as _};

use super::TokenInfo;

/// A subject: a name, and the issuer that uses it. Two issuers may use one name for two people. It may also be a
/// [client](Self::as_client): a machine, whose tokens have no subject.
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
    is_client: bool,
}

impl Subject {
    /// A subject of the issuer with this name in the configuration of the guard: the first name, if it has several.
    pub fn of_issuer(issuer: impl Into<String>, name: impl Into<String>) -> Self {
        Self { issuer: Some(issuer.into()), name: name.into(), is_client: false }
    }

    /// The client of this name, which is a machine, in place of the person of this name. The tokens of a machine have no
    /// subject.
    ///
    /// ```
    /// use jwt_guard::store::Subject;
    ///
    /// let machine = Subject::of_issuer("https://partner.example", "billing").as_client();
    /// assert_ne!(machine, Subject::of_issuer("https://partner.example", "billing"));
    /// ```
    #[must_use]
    pub fn as_client(self) -> Self {
        Self { is_client: true, ..self }
    }

    /// Whether this is a client, and its name is the `client_id` of its tokens.
    #[must_use]
    pub fn is_client(&self) -> bool {
        self.is_client
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
        write_key(self.is_client, self.issuer(), self.name(), str::to_owned)
    }
}

/// Passes the [key](Subject::key) of the person or the machine that a token is about to `look`.
pub(super) fn with_owner<R>(token: &TokenInfo<'_>, look: impl FnOnce(&str) -> R) -> R {
    let name = token.subject.or(token.client).unwrap_or_default();
    write_key(token.subject.is_none(), token.issuer, name, look)
}

/// Passes issuer and name as one text to `look`, different for different ones: the [key](Subject::key) of a person.
pub(super) fn with_key<R>(issuer: Option<&str>, name: &str, look: impl FnOnce(&str) -> R) -> R {
    write_key(false, issuer, name, look)
}

/// Whether a [key](Subject::key) is that of a person or a machine of this issuer.
pub(super) fn is_of(key: &str, issuer: Option<&str>) -> bool {
    let key = key.strip_prefix('c').unwrap_or(key);
    with_key(issuer, "", |start| key.starts_with(start))
}

/// Writes a key without allocating a text.
fn write_key<R>(is_client: bool, issuer: Option<&str>, name: &str, look: impl FnOnce(&str) -> R) -> R {
    thread_local! {
        static KEY: RefCell<String> = const { RefCell::new(String::new()) };
    }
    KEY.with_borrow_mut(|key| {
        key.clear();
        if is_client {
            key.push('c');
        }
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
        Self { issuer: None, name: name.to_owned(), is_client: false }
    }
}

impl From<String> for Subject {
    fn from(name: String) -> Self {
        Self { issuer: None, name, is_client: false }
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
    fn a_subject_shows_neither_its_name_nor_its_issuer() {
        let subject = Subject::of_issuer("https://partner.example", "ada");
        assert_eq!(format!("{subject:?}"), "Subject(..)");
    }

    #[test]
    fn no_two_subjects_have_one_key() {
        let issuers = [None, Some(""), Some("a"), Some("ab"), Some("1:a"), Some(":")];
        let names = ["", "a", "b", "ab", ":a", "1:a", "ba"];
        let mut keys = std::collections::HashSet::new();
        for issuer in issuers {
            for name in names {
                for is_client in [false, true] {
                    let (issuer, name) = (issuer.map(str::to_owned), name.to_owned());
                    let subject = Subject { issuer, name, is_client };
                    for other in issuers {
                        assert_eq!(
                            is_of(&subject.key(), other),
                            other == subject.issuer(),
                            "{:?}",
                            subject.key()
                        );
                    }
                    assert!(keys.insert(subject.key()), "{:?} {is_client}", subject.key());
                }
            }
        }
    }
}
