//! Why a key was refused.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::sync::Arc;

/// A key, or a set of keys, that cannot be used.
///
/// The message says what was found, what was expected and how to fix it. It never contains a byte of a key.
///
/// ```
/// use jwt_guard::keys::{KeyErrorKind, VerifyingKey};
/// use jwt_guard::Algorithm;
///
/// let error = VerifyingKey::secret(Algorithm::Hs256, "too short").unwrap_err();
/// assert_eq!(error.kind(), KeyErrorKind::Weak);
/// assert!(error.to_string().contains("at least 32 bytes"));
/// ```
#[derive(Clone)]
pub struct KeyError {
    kind: KeyErrorKind,
    key: Option<String>,
    message: Cow<'static, str>,
    source: Option<Arc<dyn Error + Send + Sync>>,
}

/// What is wrong with a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeyErrorKind {
    /// The key is bound to an algorithm outside the configured list.
    AlgorithmNotAllowed,
    /// Neither the key nor the configured list says which algorithm the key is for.
    AlgorithmUndetermined,
    /// Two keys of a set have the same `kid` and algorithm.
    DuplicateId,
    /// The set is a well-formed empty list.
    EmptySet,
    /// The text or bytes cannot be read as a key.
    Malformed,
    /// The key is of another kind than its algorithm needs.
    Mismatch,
    /// A public key, or the text of another key, was given as a shared secret.
    NotASecret,
    /// A new key cannot be made here.
    NotGenerated,
    /// The key is marked for something other than verifying signatures (RFC 7517 sections 4.2 and 4.3).
    NotForSignatures,
    /// No key of the set can be used.
    NoUsableKey,
    /// A private key, or a shared secret in a set fetched from elsewhere, was given where only a public key
    /// belongs.
    PrivateKey,
    /// A public key was given where a private one is needed to sign.
    PublicKey,
    /// The kind of key, curve, algorithm or container is not supported.
    Unsupported,
    /// The key is too short, or of a form with which every client can forge signatures.
    Weak,
}

impl KeyError {
    pub(super) fn new(kind: KeyErrorKind, message: impl Into<Cow<'static, str>>) -> Self {
        Self { kind, key: None, message: message.into(), source: None }
    }

    /// Keeps the cause. It must not quote the key.
    pub(super) fn because(mut self, source: impl Error + Send + Sync + 'static) -> Self {
        self.source = Some(Arc::new(source));
        self
    }

    /// Adds the `kid` of the key.
    pub(super) fn of_key(mut self, id: &str) -> Self {
        self.key = Some(format!("key {}", quoted(id)));
        self
    }

    /// Adds the position of the key in its set, unless its `kid` was added.
    pub(super) fn at(mut self, index: usize) -> Self {
        self.key.get_or_insert_with(|| format!("key number {} of the set", index.saturating_add(1)));
        self
    }

    /// The kind of error, to match on.
    pub fn kind(&self) -> KeyErrorKind {
        self.kind
    }
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(key) = &self.key {
            write!(f, "{key}: ")?;
        }
        f.write_str(&self.message)
    }
}

impl Error for KeyError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_ref().map(|source| source.as_ref() as _)
    }
}

impl fmt::Debug for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyError").field("kind", &self.kind).field("message", &self.to_string()).finish()
    }
}

/// Untrusted text, made safe for one line of a log: escaped, in quotes, cut after 64 characters.
pub(super) fn quoted(text: &str) -> String {
    const LONGEST: usize = 64;
    let mut shown: String = text.chars().take(LONGEST).flat_map(char::escape_debug).collect();
    if text.chars().nth(LONGEST).is_some() {
        shown.push_str("..");
    }
    format!("\"{shown}\"")
}

/// The text, cut after so many characters.
pub(super) fn cut(mut text: String, longest: usize) -> String {
    if let Some((end, _)) = text.char_indices().nth(longest) {
        text.truncate(end);
        text.push_str("..");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hostile_id_is_escaped_and_cut() {
        let error = KeyError::new(KeyErrorKind::Weak, "weak")
            .of_key(&format!("a\r\n\u{1b}[31m\"{}", "x".repeat(300)));
        let shown = error.to_string();
        assert!(shown.starts_with(r#"key "a\r\n\u{1b}[31m\"xxx"#), "{shown}");
        assert!(shown.ends_with("xx..\": weak"), "{shown}");
        assert!(shown.len() < 110, "{shown}");
    }

    #[test]
    fn a_text_is_cut_behind_a_whole_character() {
        for (longest, shown) in [(1, "ü.."), (2, "üü"), (3, "üü")] {
            assert_eq!(cut("üü".to_owned(), longest), shown);
        }
    }

    #[test]
    fn the_id_wins_over_the_place_in_the_set() {
        let error = KeyError::new(KeyErrorKind::Weak, "weak");
        assert_eq!(error.clone().at(0).to_string(), "key number 1 of the set: weak");
        assert_eq!(error.of_key("a").at(0).to_string(), "key \"a\": weak");
    }

    #[test]
    fn debug_shows_kind_and_message_on_one_line() {
        let error = KeyError::new(KeyErrorKind::Weak, "weak").of_key("a\n");
        assert_eq!(format!("{error:?}"), r#"KeyError { kind: Weak, message: "key \"a\\n\": weak" }"#);
    }

    #[test]
    fn the_cause_is_kept() {
        let error = KeyError::new(KeyErrorKind::Malformed, "bad").because(fmt::Error);
        assert!(error.source().is_some());
    }
}
