//! Token headers that need not be parsed again.

use std::ptr;
use std::sync::OnceLock;

use super::{KeySet, VerifyingKey};

/// For each key, the header segment of the first token that it verified.
///
/// An issuer writes the same header into every token of a key, so comparing it with the known one saves decoding and
/// parsing it. A segment is remembered only after the strict rules accepted it *and* a signature over it verified, so
/// only the owner of a key can place one. One segment for each key bounds the memory.
pub(crate) struct KnownHeaders(Box<[OnceLock<Box<[u8]>>]>);

impl KnownHeaders {
    pub(super) fn new(keys: usize) -> Self {
        Self((0..keys).map(|_| OnceLock::new()).collect())
    }

    /// The key of tokens with exactly this header segment.
    pub(super) fn key_of<'k>(&self, segment: &[u8], keys: &'k KeySet) -> Option<&'k VerifyingKey> {
        let known = |slot: &OnceLock<Box<[u8]>>| slot.get().is_some_and(|known| **known == *segment);
        self.0.iter().zip(keys).find(|(slot, _)| known(slot)).map(|(_, key)| key)
    }

    /// Remembers the header segment of a token that `key` verified, if it is the first.
    pub(super) fn remember(&self, segment: &[u8], key: &VerifyingKey, keys: &KeySet) {
        let mut slots = self.0.iter().zip(keys);
        if let Some((slot, _)) = slots.find(|(_, known)| ptr::eq(*known, key)) {
            slot.get_or_init(|| segment.into());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::Algorithm;

    #[test]
    fn the_first_header_of_each_key_is_known_and_no_other() {
        let keys = [1, 2]
            .map(|byte| VerifyingKey::secret(Algorithm::Hs256, crate::keys::tests::secret(byte)).unwrap());
        let keys = KeySet::new(keys.into_iter().zip(["a", "b"]).map(|(key, id)| key.with_id(id))).unwrap();
        let (first, second) = (keys.iter().next().unwrap(), keys.iter().nth(1).unwrap());
        let known = KnownHeaders::new(keys.len());
        assert!(known.key_of(b"x", &keys).is_none());
        known.remember(b"x", second, &keys);
        known.remember(b"y", second, &keys);
        known.remember(b"z", first, &keys);
        assert_eq!(known.key_of(b"x", &keys).and_then(VerifyingKey::id), Some("b"));
        assert_eq!(known.key_of(b"z", &keys).and_then(VerifyingKey::id), Some("a"));
        assert!(known.key_of(b"y", &keys).is_none());
    }
}
