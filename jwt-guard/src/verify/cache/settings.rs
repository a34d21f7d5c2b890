//! The settings of the cache of verified tokens.

use std::time::Duration;

use crate::keys::Algorithm;

/// Remembers verified tokens, so that a repeated token costs a look-up and not a signature.
///
/// A remembered token is checked against the clock, the revocation store, the keys of its issuer and the policy each
/// time: only signature and parsing are saved. It is found by all of its bytes, remembered only after every check has
/// passed, and wiped when it is dropped. Each guard has its own cache.
///
/// By default tokens with asymmetric signatures are remembered, for which a hit saves 15 to 50 µs. An HMAC is so cheap
/// that remembering pays only if most tokens are repeated within a minute: [`all_algorithms`](Self::all_algorithms)
/// turns it on.
///
/// ```
/// use jwt_guard::setup::TokenCache;
/// use jwt_guard::{JwtGuard, Secret};
///
/// let guard = JwtGuard::builder()
///     .secret(Secret::random())
///     .audience("orders")
///     .token_cache(TokenCache::new().all_algorithms().bytes(4 * 1024 * 1024))
///     .build()?;
///
/// let too_small = JwtGuard::builder().secret(Secret::random()).audience("orders").token_cache(TokenCache::new().bytes(1));
/// assert!(too_small.build().unwrap_err().to_string().contains("bytes"));
/// # Ok::<(), jwt_guard::ConfigError>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "give it to `Builder::token_cache`"]
pub struct TokenCache {
    algorithms: Remembered,
    pub(super) entries: usize,
    pub(super) bytes: usize,
    pub(super) lifetime: Duration,
}

/// The algorithms whose tokens are remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Remembered {
    Asymmetric,
    All,
    None,
}

/// The number of callers of a busy service within a minute.
const ENTRIES: usize = 10_000;

/// 32 MiB: 7,000 tokens of common size with the claims that handlers read from them, 10,000 without.
const BYTES: usize = 32 * 1024 * 1024;

/// Less would hold too few tokens to be useful.
const FEWEST_BYTES: usize = 256 * 1024;

/// A minute, within which a client sends most of its requests.
const LIFETIME: Duration = Duration::from_secs(60);

/// An hour, the hard limit of keys.
const LONGEST_LIFETIME: Duration = Duration::from_secs(60 * 60);

impl Default for TokenCache {
    fn default() -> Self {
        Self::new()
    }
}

impl TokenCache {
    /// Remembers tokens with asymmetric signatures: at most 10,000, in 32 MiB, for a minute.
    pub fn new() -> Self {
        Self { algorithms: Remembered::Asymmetric, entries: ENTRIES, bytes: BYTES, lifetime: LIFETIME }
    }

    /// Remembers nothing: every token is verified for each request.
    pub fn off() -> Self {
        Self { algorithms: Remembered::None, ..Self::new() }
    }

    /// Remembers tokens with an HMAC too.
    pub fn all_algorithms(self) -> Self {
        Self { algorithms: Remembered::All, ..self }
    }

    /// Remembers at most this many tokens: 10,000 by default.
    pub fn entries(self, entries: usize) -> Self {
        Self { entries, ..self }
    }

    /// Takes at most this much memory: 32 MiB by default, at least 256 KiB. Claims that handlers have read in their own type
    /// are counted with eight times the length of their JSON.
    pub fn bytes(self, bytes: usize) -> Self {
        Self { bytes, ..self }
    }

    /// Verifies a token again after this long, however long it is valid: a minute by default, at most an hour.
    pub fn lifetime(self, lifetime: Duration) -> Self {
        Self { lifetime, ..self }
    }

    /// The problems of the settings, each with its fix.
    pub(crate) fn problems(&self) -> impl Iterator<Item = String> {
        let entries = (self.entries == 0)
            .then(|| "a token cache of 0 entries remembers nothing; `TokenCache::off()` says so".to_owned());
        let bytes = (self.bytes < FEWEST_BYTES).then(|| {
            format!("a token cache of {} bytes is too small; expected at least {FEWEST_BYTES}", self.bytes)
        });
        let lifetime = (self.lifetime.is_zero() || self.lifetime > LONGEST_LIFETIME).then(|| {
            format!("a token cache lifetime of {:?} is out of range; expected up to an hour", self.lifetime)
        });
        [entries, bytes, lifetime].into_iter().flatten()
    }

    /// Whether tokens of `algorithm` are remembered.
    pub(crate) fn takes(&self, algorithm: Algorithm) -> bool {
        match self.algorithms {
            Remembered::None => false,
            Remembered::Asymmetric => !algorithm.is_symmetric(),
            Remembered::All => true,
        }
    }
}
