//! The rules for the tokens of all issuers: time, length, cache.

use std::sync::Arc;
use std::time::Duration;

use super::{Builder, Danger};
use crate::clock::{Clock, SystemClock};
use crate::problems::Problems;
use crate::token::MAX_TOKEN_LEN;
use crate::verify::{DateLimits, EmbeddedKeys, TokenCache};

/// 24 hours: a longer lifetime of an access token is usually a mistake of its issuer.
const MAX_LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);

/// 366 days: a longer lifetime is practically unlimited.
const LONGEST_MAX_LIFETIME: Duration = Duration::from_secs(366 * 24 * 60 * 60);

/// 30 seconds, as in most validators; clocks with NTP differ by far less.
const LEEWAY: Duration = Duration::from_secs(30);

/// The settings of this file.
#[derive(Debug)]
pub(super) struct TokenRules {
    pub(super) limits: DateLimits,
    /// The default if absent.
    pub(super) max_token_len: Option<usize>,
    pub(super) token_cache: TokenCache,
    pub(super) clock: Arc<dyn Clock>,
}

impl Default for DateLimits {
    fn default() -> Self {
        Self {
            embedded_keys: EmbeddedKeys::Ignore,
            leeway: LEEWAY,
            max_lifetime: Some(MAX_LIFETIME),
            max_token_age: None,
        }
    }
}

impl Default for TokenRules {
    fn default() -> Self {
        Self {
            limits: DateLimits::default(),
            max_token_len: None,
            token_cache: TokenCache::new(),
            clock: Arc::new(SystemClock),
        }
    }
}

/// The rules for all tokens.
impl<K, A> Builder<K, A> {
    /// Allows clocks to differ by this much in `exp`, `nbf` and `iat`: 30 seconds by default, 5 minutes at most.
    pub fn leeway(mut self, leeway: Duration) -> Self {
        self.draft.token_rules.limits.leeway = leeway;
        self
    }

    /// Refuses tokens whose time from `iat` to `exp` is longer than this: 24 hours by default, 366 days at most. No limit at
    /// all is behind [`danger`](Self::danger).
    pub fn max_lifetime(mut self, lifetime: Duration) -> Self {
        self.draft.token_rules.limits.max_lifetime = Some(lifetime);
        self
    }

    /// Refuses tokens that were issued longer ago than this, whatever their `exp`; then `iat` is required. Off by
    /// default.
    pub fn max_token_age(mut self, age: Duration) -> Self {
        self.draft.token_rules.limits.max_token_age = Some(age);
        self
    }

    /// Refuses tokens with a key, or the address of one, in their header (`jwk`, `jku`, `x5u`, `x5c`). By default such
    /// members are ignored; they are never used.
    pub fn refuse_embedded_keys(mut self) -> Self {
        self.draft.token_rules.limits.embedded_keys = EmbeddedKeys::Refuse;
        self
    }

    /// Refuses tokens longer than this many bytes before anything else is done: 16384 by default and at most,
    /// which is what hyper takes of all header fields of a request over HTTP/2. The tokens of the guard's own
    /// issuer are at most 8192 bytes long, or as long as this says.
    ///
    /// A browser keeps cookies of about 4096 bytes (RFC 6265 section 6.1), and nginx takes header lines of 8 KiB unless
    /// `large_client_header_buffers` says otherwise.
    pub fn max_token_len(mut self, bytes: usize) -> Self {
        self.draft.token_rules.max_token_len = Some(bytes);
        self
    }

    /// Sets how verified tokens are remembered: by default all of them, in at most 64 MiB, for a minute. [`TokenCache`] says
    /// what is checked again.
    pub fn token_cache(mut self, cache: TokenCache) -> Self {
        self.draft.token_rules.token_cache = cache;
        self
    }

    /// Takes the time from `clock` instead of the system.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.draft.token_rules.clock = Arc::new(clock);
        self
    }
}

impl<K, A> Danger<K, A> {
    /// Accepts tokens of any lifetime. Then a stolen token may be valid for years: only do this if tokens can be
    /// revoked.
    pub fn unlimited_lifetime(mut self, reason: impl Into<String>) -> Builder<K, A> {
        self.0.draft.token_rules.limits.max_lifetime = None;
        self.with_reason("unlimited_lifetime", reason)
    }
}

impl TokenRules {
    /// The length of the longest accepted token.
    pub(super) fn max_token_len(&self) -> usize {
        self.max_token_len.unwrap_or(MAX_TOKEN_LEN)
    }

    /// Records invalid settings.
    pub(super) fn check(&self, problems: &mut Problems) {
        if self.limits.leeway > DateLimits::MAX_LEEWAY {
            problems.setting(format!(
                "a leeway of {:?} is too much; at most 5 minutes, and 30 seconds is the default",
                self.limits.leeway
            ));
        }
        if self.limits.max_lifetime == Some(Duration::ZERO) {
            problems.setting(
                "a `max_lifetime` of zero refuses every token; expected a duration such as 24 hours",
            );
        }
        if self.limits.max_lifetime.is_some_and(|lifetime| lifetime > LONGEST_MAX_LIFETIME) {
            problems.setting(
                "a `max_lifetime` of more than 366 days is practically unlimited; set at most that, or say \
                 why there is none by `danger().unlimited_lifetime(reason)`",
            );
        }
        if self.limits.max_token_age == Some(Duration::ZERO) {
            problems.setting(
                "a `max_token_age` of zero refuses every token; expected a duration such as 10 minutes",
            );
        }
        self.token_cache.problems().for_each(|problem| problems.setting(problem));
        let longest = self.max_token_len();
        if longest == 0 || longest > MAX_TOKEN_LEN {
            problems.setting(format!(
                "a `max_token_len` of {longest} bytes is out of range; expected 1 to {MAX_TOKEN_LEN}"
            ));
        }
    }
}
