//! One verified token that is remembered.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use quick_cache::Equivalent;
use zeroize::Zeroizing;

use super::Now;
use crate::claims::numeric_date::NumericDate;
use crate::keys::{KeyGeneration, VerifyingKey};
use crate::principal::Identity;
use crate::verify::IssuerRules;

/// The bytes of a token, all of them, wiped when they go.
///
/// A hash would be smaller; but the whole token leaves nothing to prove about collisions, and costs a tenth of a hash that
/// does not.
pub(super) struct TokenBytes(Zeroizing<Box<[u8]>>);

/// What was found out about a token.
///
/// What every hit reads comes first, and lies in two cache lines.
#[repr(C, align(64))]
pub(super) struct Entry {
    pub(super) identity: Arc<Identity>,
    /// When it was verified, and when it ceases to be good: within, no date of it can be the reason for a refusal.
    pub(super) good: Range<NumericDate>,
    /// When it is to be verified again, on a clock that nobody sets.
    pub(super) recheck_at: Duration,
    /// Which clearing of the cache it came after.
    pub(super) epoch: u64,
    /// Which of the verifier's issuers it is from.
    pub(super) issuer: usize,
    /// The last set of keys in which its key was seen.
    pub(super) generation: AtomicU64,
    /// The key that its signature was checked with.
    pub(super) key: VerifyingKey,
}

impl Entry {
    /// Whether it still speaks for its token: nothing was forgotten since, its key is one of its issuer's, and the time of both
    /// clocks is within its bounds.
    #[inline]
    pub(super) fn holds(&self, now: &Now<'_>) -> bool {
        let is_of_issuer = |issuer: &IssuerRules| issuer.keys.current().is_some_and(|keys| self.is_of(&keys));
        // The clocks come last: whoever reads one waits for all that is on its way from memory.
        self.epoch == now.epoch
            && now.issuers.get(self.issuer).is_some_and(is_of_issuer)
            && NumericDate::from_system(now.clock.now()).is_some_and(|date| self.good.contains(&date))
            && now.clock.monotonic() < self.recheck_at
    }

    /// Whether the key is still among the keys of its issuer (RFC 7517 says nothing of withdrawal; rule K4 does).
    #[inline]
    pub(super) fn is_of(&self, keys: &KeyGeneration) -> bool {
        self.generation.load(Ordering::Relaxed) == keys.number() || self.is_again_of(keys)
    }

    /// Looks for the key in a set that was not asked before.
    #[inline(never)]
    fn is_again_of(&self, keys: &KeyGeneration) -> bool {
        let still_there = keys.has(&self.key);
        if still_there {
            self.generation.store(keys.number(), Ordering::Relaxed);
        }
        still_there
    }

    /// The same with reference counts of its own.
    pub(super) fn copy(&self) -> Self {
        Self {
            identity: Arc::new(self.identity.copy()),
            key: self.key.clone(),
            generation: AtomicU64::new(self.generation.load(Ordering::Relaxed)),
            good: self.good.clone(),
            issuer: self.issuer,
            recheck_at: self.recheck_at,
            epoch: self.epoch,
        }
    }

    /// The memory that it takes, with its token: what is allocated, and an estimate of what handlers read from it.
    pub(super) fn weight(&self, token: usize) -> usize {
        let Identity { claims, scopes, roles, .. } = &*self.identity;
        let payload = claims.payload().len();
        let names = scopes.bytes() + roles.bytes();
        OVERHEAD + token + payload + names + payload * TYPED
    }
}

/// Structures of fixed size: this one, the identity, the place in the table.
const OVERHEAD: usize = size_of::<Entry>() + size_of::<Identity>() + 160;

/// Claims in a type of the application take more memory than their text. A `serde_json::Map` takes up to eight times as much.
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
        // As the slice that it is looked up by.
        (**self.0).hash(hasher);
    }
}

impl PartialEq for TokenBytes {
    fn eq(&self, other: &Self) -> bool {
        self.is(&other.0)
    }
}

impl Eq for TokenBytes {}

impl Equivalent<TokenBytes> for [u8] {
    fn equivalent(&self, token: &TokenBytes) -> bool {
        token.is(self)
    }
}

/// A token is a secret.
impl fmt::Debug for TokenBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenBytes(..)")
    }
}
