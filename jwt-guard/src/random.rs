//! Where randomness comes from: the only file that asks for it.

use std::fmt;
use std::hash::BuildHasher;
use std::sync::LazyLock;

/// What the log shows in place of a token: the same for the same token as long as the process lives, and worth
/// nothing outside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fingerprint(u64);

#[expect(clippy::disallowed_types, reason = "this is the file that asks for randomness")]
static KEY: LazyLock<std::collections::hash_map::RandomState> =
    LazyLock::new(std::collections::hash_map::RandomState::new);

impl Fingerprint {
    /// A keyed hash (SipHash with a random key per process).
    pub(crate) fn of(token: &[u8]) -> Self {
        Self(KEY.hash_one(token))
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_tells_tokens_apart_and_nothing_else() {
        assert_eq!(Fingerprint::of(b"a.b.c"), Fingerprint::of(b"a.b.c"));
        assert_ne!(Fingerprint::of(b"a.b.c"), Fingerprint::of(b"a.b.d"));
        assert_eq!(Fingerprint::of(b"a.b.c").to_string().len(), 16);
    }
}
