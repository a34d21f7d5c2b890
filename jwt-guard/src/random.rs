//! The source of randomness: the only file that reads it.

use std::error::Error;
use std::fmt;
use std::hash::BuildHasher;
use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// A name of 128 random bits from the operating system, as 22 characters of base64url: for `jti`, `sid` and CSRF
/// values. It is unique and cannot be guessed.
///
/// # Errors
///
/// The operating system has no randomness.
pub(crate) fn id() -> Result<String, NoRandomness> {
    text_of::<16>()
}

/// As [`id`], of 256 bits and 43 characters: for names that identify a caller by themselves, such as session ids.
///
/// # Errors
///
/// As [`id`].
#[cfg(feature = "sessions")]
pub(crate) fn long_id() -> Result<String, NoRandomness> {
    text_of::<32>()
}

/// A number, to spread events that would otherwise happen at once.
///
/// # Errors
///
/// As [`id`].
pub(crate) fn number() -> Result<u32, NoRandomness> {
    getrandom::u32().map_err(NoRandomness)
}

/// Bytes for a secret.
///
/// # Errors
///
/// As [`id`].
pub(crate) fn fill(bytes: &mut [u8]) -> Result<(), NoRandomness> {
    getrandom::fill(bytes).map_err(NoRandomness)
}

fn text_of<const BYTES: usize>() -> Result<String, NoRandomness> {
    let mut bytes = [0; BYTES];
    fill(&mut bytes)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// The operating system had no randomness.
#[derive(Debug)]
pub(crate) struct NoRandomness(getrandom::Error);

impl fmt::Display for NoRandomness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the operating system gives no random bytes")
    }
}

impl Error for NoRandomness {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.0)
    }
}

/// The fingerprint that the log shows in place of a token: stable for a token while the process lives, and useless
/// outside of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fingerprint(u64);

#[expect(clippy::disallowed_types, reason = "this is the file that asks for randomness")]
static KEY: LazyLock<std::collections::hash_map::RandomState> =
    LazyLock::new(std::collections::hash_map::RandomState::new);

/// A random number of this process, to distribute entries in an unpredictable way by their products with it.
/// It is odd, so that no two numbers have the same product.
pub(crate) fn factor() -> u64 {
    KEY.hash_one(()) | 1
}

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
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn a_fingerprint_tells_tokens_apart_and_nothing_else() {
        assert_eq!(Fingerprint::of(b"a.b.c"), Fingerprint::of(b"a.b.c"));
        assert_ne!(Fingerprint::of(b"a.b.c"), Fingerprint::of(b"a.b.d"));
        assert_eq!(Fingerprint::of(b"a.b.c").to_string().len(), 16);
    }

    #[test]
    fn a_factor_is_odd_and_large() {
        assert_eq!(factor() % 2, 1);
        assert!(factor() > u64::from(u32::MAX), "by chance it is smaller in one of four billion processes");
    }

    #[test]
    fn ids_are_long_and_never_alike() {
        let ids: HashSet<String> = (0..1000).map(|_| id().unwrap()).collect();
        assert_eq!(ids.len(), 1000);
        for (id, bytes) in [(id().unwrap(), 16), (text_of::<32>().unwrap(), 32)] {
            assert_eq!(URL_SAFE_NO_PAD.decode(&id).unwrap().len(), bytes, "{id}");
        }
    }

    #[test]
    fn every_bit_of_an_id_varies() {
        let seen = (0..200).map(|_| URL_SAFE_NO_PAD.decode(id().unwrap()).unwrap()).fold(
            ([0_u8; 16], [0xff_u8; 16]),
            |(mut any, mut all), id| {
                for (index, byte) in id.iter().enumerate() {
                    any[index] |= byte;
                    all[index] &= byte;
                }
                (any, all)
            },
        );
        assert_eq!(seen, ([0xff; 16], [0; 16]));
    }
}
