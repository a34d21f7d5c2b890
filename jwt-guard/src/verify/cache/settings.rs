//! The settings of the cache of verified tokens.

use std::time::Duration;

/// Remembers verified tokens, so that a repeated token costs a look-up and not a signature.
///
/// A remembered token is checked against the clock, the revocation store, the keys of its issuer and the policy each
/// time: only signature and parsing are saved. It is found by all of its bytes, remembered only after every check has
/// passed, and wiped when it is dropped. Each guard has its own cache.
///
/// A token with an HMAC is remembered at its second sight, since its verification costs little more than an
/// entry. Others are remembered at once, and at their second sight when half of the memory is taken: so a
/// flood of tokens that come once pushes out none that come again. [`at_first_sight`](Self::at_first_sight)
/// remembers each at once.
///
/// ```
/// use jwt_guard::setup::TokenCache;
/// use jwt_guard::{JwtGuard, Secret};
///
/// let guard = JwtGuard::builder()
///     .secret(Secret::random())
///     .audience("orders")
///     .token_cache(TokenCache::new().bytes(4 * 1024 * 1024))
///     .build()?;
///
/// let too_small = JwtGuard::builder().secret(Secret::random()).audience("orders").token_cache(TokenCache::new().bytes(1));
/// assert!(too_small.build().unwrap_err().to_string().contains("bytes"));
/// # Ok::<(), jwt_guard::ConfigError>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "give it to `Builder::token_cache`"]
pub struct TokenCache {
    is_on: bool,
    pub(super) at_first_sight: bool,
    pub(super) bytes: usize,
    pub(super) lifetime: Duration,
}

/// 64 MiB: 15,000 tokens of common size, with room for the claims that handlers read from them.
const BYTES: usize = 64 * 1024 * 1024;

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
    /// Remembers tokens: in 64 MiB, for a minute.
    pub fn new() -> Self {
        Self { is_on: true, at_first_sight: false, bytes: BYTES, lifetime: LIFETIME }
    }

    /// Remembers nothing: every token is verified for each request.
    pub fn off() -> Self {
        Self { is_on: false, ..Self::new() }
    }

    /// Remembers every token when it is verified for the first time. Saves one verification where nearly every token comes
    /// again; a flood of tokens that come once pushes out others.
    pub fn at_first_sight(self) -> Self {
        Self { at_first_sight: true, ..self }
    }

    /// Takes at most this much memory: 64 MiB by default, at least 256 KiB. Claims that handlers have read in their own type
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
        let bytes = (self.bytes < FEWEST_BYTES).then(|| {
            format!("a token cache of {} bytes is too small; expected at least {FEWEST_BYTES}", self.bytes)
        });
        let lifetime = (self.lifetime.is_zero() || self.lifetime > LONGEST_LIFETIME).then(|| {
            format!("a token cache lifetime of {:?} is out of range; expected up to an hour", self.lifetime)
        });
        [bytes, lifetime].into_iter().flatten()
    }

    /// Whether anything is remembered.
    pub(crate) fn is_on(&self) -> bool {
        self.is_on
    }
}
