//! The keys of one issuer, fixed or fetched, as they are at this moment.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use super::known::KnownHeaders;
use super::{Algorithm, KeySet, SelectError, VerifyingKey};

/// The keys of one issuer.
pub(crate) enum IssuerKeys {
    /// Given with the configuration.
    Fixed(KeySnapshot),
    /// Fetched from the issuer, again and again.
    Remote(Arc<super::remote::RemoteKeys>),
}

/// A set of keys as it was at one moment, with what was learned about its tokens.
pub(crate) struct KeySnapshot {
    number: u64,
    keys: KeySet,
    known: KnownHeaders,
}

/// The keys of one issuer as they are at this moment, for one verification.
pub(crate) enum CurrentKeys<'k> {
    Fixed(&'k KeySnapshot),
    Remote(super::remote::Current),
}

/// The number of the keys that are never replaced.
const FIXED: u64 = 1;

impl IssuerKeys {
    pub(crate) fn fixed(keys: KeySet) -> Self {
        Self::Fixed(KeySnapshot::new(FIXED, keys))
    }

    /// The keys as they are now; `None` while there are none to be had.
    #[inline]
    pub(crate) fn current(&self) -> Option<CurrentKeys<'_>> {
        match self {
            Self::Fixed(generation) => Some(CurrentKeys::Fixed(generation)),
            Self::Remote(keys) => keys.current().map(CurrentKeys::Remote),
        }
    }

    /// The keys, where they were given with the configuration.
    pub(crate) fn as_fixed(&self) -> Option<&KeySet> {
        match self {
            Self::Fixed(generation) => Some(&generation.keys),
            Self::Remote(_) => None,
        }
    }

    /// The keys, where they are fetched.
    pub(crate) fn as_remote(&self) -> Option<&Arc<super::remote::RemoteKeys>> {
        match self {
            Self::Fixed(_) => None,
            Self::Remote(keys) => Some(keys),
        }
    }

    /// Where the issuer says what else it has, if its keys are found so.
    #[cfg(any(feature = "aide-0-15", feature = "utoipa-6"))]
    pub(crate) fn discovery_document(&self) -> Option<String> {
        match self {
            Self::Fixed(_) => None,
            Self::Remote(keys) => keys.discovery_document(),
        }
    }

    /// Whether a key for `algorithm` that is missing may be had by asking the issuer.
    pub(crate) fn may_get(&self, algorithm: Algorithm) -> bool {
        match self {
            Self::Fixed(_) => false,
            Self::Remote(keys) => keys.may_get(algorithm),
        }
    }

    /// Whether the issuer has listed its keys since this moment of the monotonic clock, and a moment ago, and none of this name.
    pub(crate) fn is_missing(&self, key_id: Option<&str>, since: Duration) -> bool {
        match self {
            Self::Fixed(_) => true,
            Self::Remote(keys) => keys.is_missing(key_id, since),
        }
    }

    /// Fetches the keys of the issuer for a token, and waits for a bounded time.
    pub(crate) async fn fetch(&self) {
        match self {
            Self::Fixed(_) => {}
            Self::Remote(keys) => keys.fetch().await,
        }
    }
}

impl Deref for CurrentKeys<'_> {
    type Target = KeySnapshot;

    #[inline]
    fn deref(&self) -> &KeySnapshot {
        match self {
            Self::Fixed(generation) => generation,
            Self::Remote(generation) => generation,
        }
    }
}

impl KeySnapshot {
    pub(crate) fn new(number: u64, keys: KeySet) -> Self {
        let known = KnownHeaders::new(keys.len());
        Self { number, keys, known }
    }

    /// Tells this set from those before and after it.
    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    pub(crate) fn keys(&self) -> &KeySet {
        &self.keys
    }

    /// The one key for a token with this `kid` and algorithm.
    pub(crate) fn select(
        &self,
        kid: Option<&str>,
        algorithm: Algorithm,
    ) -> Result<&VerifyingKey, SelectError> {
        self.keys.select(kid, algorithm)
    }

    /// The key of tokens with exactly this header segment, if one verified before.
    pub(crate) fn key_of(&self, header: &[u8]) -> Option<&VerifyingKey> {
        self.known.key_of(header, &self.keys)
    }

    /// Remembers the header segment of a token that verified with `key`.
    pub(crate) fn remember(&self, header: &[u8], key: &VerifyingKey) {
        self.known.remember(header, key, &self.keys);
    }

    /// Whether `key` is one of these, in name, algorithm and material.
    pub(crate) fn has(&self, key: &VerifyingKey) -> bool {
        self.keys.iter().any(|known| known.is_same(key))
    }
}

/// The known headers are those of tokens that were sent; they are left out.
impl fmt::Debug for IssuerKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fixed(generation) => generation.keys.fmt(f),
            Self::Remote(keys) => keys.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hunter2() -> VerifyingKey {
        VerifyingKey::secret(Algorithm::Hs256, "a secret of more than 32 bytes, hunter2")
            .unwrap()
            .with_id("a")
    }

    #[test]
    fn the_header_of_a_verified_token_finds_its_key_again() {
        let keys = KeySnapshot::new(FIXED, KeySet::new([hunter2()]).unwrap());
        assert!(keys.key_of(b"header").is_none());
        keys.remember(b"header", keys.select(Some("a"), Algorithm::Hs256).unwrap());
        assert_eq!(keys.key_of(b"header").and_then(VerifyingKey::id), Some("a"));
        assert!(keys.key_of(b"head").is_none());
    }

    #[test]
    fn debug_shows_the_names_of_keys_and_nothing_of_a_secret_or_a_token() {
        let keys = IssuerKeys::fixed(KeySet::new([hunter2()]).unwrap());
        let current = keys.current().unwrap();
        current.remember(b"header", current.select(Some("a"), Algorithm::Hs256).unwrap());
        let shown = format!("{keys:?}");
        assert!(shown.contains(r#"VerifyingKey { algorithm: Hs256, id: Some("a"), .. }"#), "{shown}");
        assert!(!shown.contains("hunter2") && !shown.contains("header"), "{shown}");
    }
}
