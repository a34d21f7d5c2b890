//! One verified token that is remembered.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use quick_cache::Equivalent;
use zeroize::Zeroizing;

use super::{Now, tag};
use crate::clock::Clock;
use crate::keys::{KeySnapshot, VerifyingKey};
use crate::principal::Identity;
use crate::verify::IssuerRules;

/// All bytes of a token, wiped when they are dropped.
///
/// A hash would be smaller. But the whole token needs no argument about collisions, and costs a tenth of a
/// collision-resistant hash.
pub(super) struct TokenBytes(Zeroizing<Box<[u8]>>);

/// The result of a verification.
///
/// The fields that every hit reads come first, in two cache lines.
#[repr(C, align(64))]
pub(super) struct Entry {
    pub(super) identity: Arc<Identity>,
    /// From its verification to the first date that would end it: in between, no date can be the reason for a refusal.
    pub(super) good: Range<SystemTime>,
    /// From here on, a latest time says that the current one is after the verification.
    pub(super) settled: SystemTime,
    /// When it must be verified again, on the monotonic clock.
    pub(super) recheck_at: Duration,
    /// The epoch of the cache in which it was verified.
    pub(super) epoch: u64,
    /// Which of the verifier's issuers it is from.
    pub(super) issuer: usize,
    /// The last set of keys that contained its key.
    pub(super) generation: AtomicU64,
    /// The key that its signature was checked with.
    pub(super) key: VerifyingKey,
}

impl Entry {
    /// Whether the entry is valid: it is of the current epoch, its key is still among its issuer's keys, and both
    /// clocks are within its bounds.
    #[inline]
    pub(super) fn holds(&self, now: &Now<'_>) -> bool {
        let is_of_issuer = |issuer: &IssuerRules| issuer.keys.current().is_some_and(|keys| self.is_of(&keys));
        // The clocks come last, because reading an exact one waits for all loads from memory.
        self.epoch == now.epoch
            && now.issuers.get(self.issuer).is_some_and(is_of_issuer)
            && self.is_good(now.clock)
            && now.clock.monotonic() < self.recheck_at
    }

    /// Whether the token is good at the current time. Soon after its verification only the exact clock tells whether time was set
    /// back.
    #[inline]
    fn is_good(&self, clock: &dyn Clock) -> bool {
        let latest = clock.at_latest();
        latest < self.good.end && (latest >= self.settled || self.good.contains(&clock.now()))
    }

    /// Whether the key is still among the keys of its issuer (rule K4 of `tests/CONFORMANCE.md`; RFC 7517 does not
    /// mention withdrawal).
    #[inline]
    pub(super) fn is_of(&self, keys: &KeySnapshot) -> bool {
        self.generation.load(Ordering::Relaxed) == keys.number() || self.is_again_of(keys)
    }

    /// Looks for the key in a new set. Out of line: it happens once after each change of the keys.
    #[inline(never)]
    fn is_again_of(&self, keys: &KeySnapshot) -> bool {
        let still_there = keys.has(&self.key);
        if still_there {
            self.generation.store(keys.number(), Ordering::Relaxed);
        }
        still_there
    }

    /// A copy with its own reference counts.
    pub(super) fn copy(&self) -> Self {
        Self {
            identity: Arc::new(self.identity.copy()),
            key: self.key.clone(),
            generation: AtomicU64::new(self.generation.load(Ordering::Relaxed)),
            good: self.good.clone(),
            settled: self.settled,
            issuer: self.issuer,
            recheck_at: self.recheck_at,
            epoch: self.epoch,
        }
    }

    /// The memory of the entry with its token: the allocations, and an estimate of what handlers deserialize from it.
    pub(super) fn weight(&self, token: usize) -> usize {
        let Identity { claims, scopes, roles, .. } = &*self.identity;
        let payload = claims.payload().len();
        let names = scopes.bytes() + roles.bytes();
        OVERHEAD + token + payload + names + payload * TYPED
    }
}

/// Structures of fixed size: this one, the identity, the place in the table.
const OVERHEAD: usize = size_of::<Entry>() + size_of::<Identity>() + 160;

/// Claims in a type of the application take more memory than their text. A `serde_json::Map` takes up to
/// eight times as much.
const TYPED: usize = 8;

impl TokenBytes {
    pub(super) fn new(token: &[u8]) -> Self {
        Self(Zeroizing::new(token.into()))
    }

    #[inline]
    pub(super) fn is(&self, token: &[u8]) -> bool {
        **self.0 == *token
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}

impl Hash for TokenBytes {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        tag(&self.0).hash(hasher);
    }
}

/// A token that is looked up. Its hash is that of its tag: a good token ends in a signature, so two that are kept share a
/// tag as seldom as a hash of 48 bits.
#[derive(Clone, Copy)]
pub(crate) struct SoughtToken<'t> {
    pub(super) text: &'t [u8],
    pub(super) tag: u64,
}

impl<'t> SoughtToken<'t> {
    #[inline]
    pub(crate) fn new(text: &'t [u8]) -> Self {
        Self { text, tag: tag(text) }
    }
}

impl Hash for SoughtToken<'_> {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        self.tag.hash(hasher);
    }
}

impl Equivalent<TokenBytes> for SoughtToken<'_> {
    fn equivalent(&self, token: &TokenBytes) -> bool {
        token.is(self.text)
    }
}

impl PartialEq for TokenBytes {
    fn eq(&self, other: &Self) -> bool {
        self.is(&other.0)
    }
}

impl Eq for TokenBytes {}

/// A token is a secret.
impl fmt::Debug for TokenBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenBytes(..)")
    }
}
