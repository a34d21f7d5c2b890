//! The cache of verified tokens.
//!
//! 1. Only tokens that have passed every check are kept, so filling the cache takes valid tokens.
//! 2. A token is found by all of its bytes.
//! 3. A hit saves only signature and parsing: time, keys, revocation and policy are checked again.
//! 4. It is bounded by bytes and by time, on the monotonic clock.
//! 5. A token with an HMAC is kept at its second sight; so is every other, once first sights took half of the
//!    memory within a lifetime.
//! 6. A key that its issuer withdraws takes its tokens with it.

mod doorkeeper;
mod entry;
mod settings;
mod thread_cache;
mod thread_caches;

use std::fmt;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use quick_cache::sync::{Cache, DefaultLifecycle};
use quick_cache::{DefaultHashBuilder, Weighter};

use self::doorkeeper::{Doorkeeper, FirstSights};
use self::entry::{Entry, TokenBytes};
use self::thread_cache::CacheLookup;
use self::thread_caches::ThreadCaches;
use crate::claims::numeric_date::NumericDate;
use crate::clock::{Clock, MARGIN};
use crate::keys::{KeySnapshot, VerifyingKey};
use crate::principal::Identity;
use crate::verify::IssuerRules;

pub(super) use self::entry::SoughtToken;
pub use self::settings::TokenCache;

/// The verified tokens of one verifier.
pub(super) struct KnownTokens {
    settings: TokenCache,
    shared: Cache<TokenBytes, Arc<Entry>, Weights>,
    thread: ThreadCaches,
    doorkeeper: Doorkeeper,
    first_sights: FirstSights,
    /// The epoch: how often the cache was cleared.
    epoch: AtomicU64,
}

/// The share of the memory for copies of hot tokens.
const THREADS_PART: usize = 4;

/// What a token of common size takes, to choose the size of the table.
const ENTRY_BYTES: usize = 4096;

impl KnownTokens {
    pub(super) fn new(settings: TokenCache) -> Self {
        let thread = ThreadCaches::within(settings.bytes / THREADS_PART);
        let doorkeeper = Doorkeeper::of_cache(settings.bytes);
        let bytes = settings.bytes.saturating_sub(thread.bytes() + doorkeeper.bytes());
        let shared = Cache::with(
            bytes / ENTRY_BYTES,
            u64::try_from(bytes).unwrap_or(u64::MAX),
            Weights,
            DefaultHashBuilder::default(),
            DefaultLifecycle::default(),
        );
        let first_sights = FirstSights::within(u64::try_from(bytes / 2).unwrap_or(u64::MAX));
        Self { settings, shared, thread, doorkeeper, first_sights, epoch: AtomicU64::new(0) }
    }

    /// The current epoch, which distinguishes entries before and after the last clearing.
    pub(super) fn epoch(&self) -> u64 {
        self.epoch.load(Ordering::Acquire)
    }

    /// Looks up the identity of `token`, if it was verified before and is still valid.
    #[inline]
    pub(super) fn find(&self, token: SoughtToken<'_>, now: &Now<'_>) -> Option<Arc<Identity>> {
        let promote = match self.thread.own() {
            None => false,
            Some(mut cache) => match cache.find(token) {
                CacheLookup::Hit(entry) if entry.holds(now) => return Some(Arc::clone(&entry.identity)),
                CacheLookup::Hit(_) | CacheLookup::MissPromote => true,
                CacheLookup::Miss => false,
            },
        };
        self.find_shared(token, now, promote)
    }

    /// Looks in the shared cache, and copies a hit to the cache of this thread if `promote` is set. Out of
    /// line: a token that this thread has a copy of does not come here.
    #[inline(never)]
    fn find_shared(&self, token: SoughtToken<'_>, now: &Now<'_>, promote: bool) -> Option<Arc<Identity>> {
        let entry = self.shared.get(&token)?;
        if !entry.holds(now) {
            // A copy that ended counts as a first sight, so the next verification is remembered.
            self.doorkeeper.has_seen(token);
            return None;
        }
        if promote {
            self.thread.keep(token, &entry);
        }
        Some(Arc::clone(&entry.identity))
    }

    /// Keeps the result of a verification that began in this epoch.
    pub(super) fn keep(
        &self,
        token: SoughtToken<'_>,
        found: NewlyVerified<'_>,
        epoch: u64,
        clock: &dyn Clock,
    ) {
        let is_seen = self.settings.at_first_sight || self.doorkeeper.has_seen(token);
        if !is_seen && found.key.algorithm().is_symmetric() {
            return;
        }
        let Some(rest) = found.good.end.since(found.good.start) else { return };
        let now = clock.monotonic();
        let entry = Entry {
            identity: Arc::clone(found.identity),
            settled: found.good.start.plus(MARGIN).to_system(),
            good: found.good.start.to_system()..found.good.end.to_system(),
            issuer: found.issuer,
            key: found.key.clone(),
            generation: AtomicU64::new(found.keys.number()),
            recheck_at: now.saturating_add(self.settings.lifetime.min(rest)),
            epoch,
        };
        let weight = entry.weight(token.text.len());
        if !is_seen && !self.first_sights.admit(weight, now, self.settings.lifetime) {
            return;
        }
        self.shared.insert(TokenBytes::new(token.text), Arc::new(entry));
    }

    /// Forgets everything. A verification that began before is forgotten too.
    pub(super) fn clear(&self) {
        self.epoch.fetch_add(1, Ordering::AcqRel);
        self.shared.clear();
        self.thread.clear();
        self.doorkeeper.clear();
    }
}

/// The values to check on a hit.
pub(super) struct Now<'v> {
    pub(super) epoch: u64,
    pub(super) clock: &'v dyn Clock,
    pub(super) issuers: &'v [IssuerRules],
}

/// The result of a verification, to be kept.
pub(super) struct NewlyVerified<'a> {
    pub(super) identity: &'a Arc<Identity>,
    /// From the verification to its end.
    pub(super) good: Range<NumericDate>,
    pub(super) issuer: usize,
    pub(super) key: &'a VerifyingKey,
    pub(super) keys: &'a KeySnapshot,
}

/// The weight of an entry: its bytes.
#[derive(Clone)]
struct Weights;

impl Weighter<TokenBytes, Arc<Entry>> for Weights {
    fn weight(&self, token: &TokenBytes, entry: &Arc<Entry>) -> u64 {
        u64::try_from(entry.weight(token.len())).unwrap_or(u64::MAX)
    }
}

/// A mixture of the last bytes of a token, which are part of its signature and practically random. It only chooses a place:
/// a token is identified by all of its bytes.
///
/// All of a token's bytes are compared with those of one that has its tag, which takes some 30 ns more than
/// to find none. So the tag must not tell how near a guess is: it takes all 256 bits of the shortest
/// signature, and a caller who has these has the token.
fn tag(token: &[u8]) -> u64 {
    let tag = match token.last_chunk::<TAGGED>() {
        Some(end) => end.as_chunks().0.iter().fold(0, |tag, word| mixed(tag, *word)),
        // Too short for a token that is kept.
        None => token.last_chunk().map_or(0, |end| mixed(0, *end)),
    };
    // A product carries upwards only.
    tag ^ (tag >> 32)
}

/// At least the 43 characters of a signature of HS256.
const TAGGED: usize = 48;

/// Each word changes the tag, and so does its place among the others.
fn mixed(tag: u64, word: [u8; 8]) -> u64 {
    (tag.rotate_left(29) ^ u64::from_le_bytes(word)).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// The entries are tokens and personal data.
impl fmt::Debug for KnownTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("KnownTokens").field(&self.settings).finish()
    }
}

#[cfg(test)]
mod tests;
