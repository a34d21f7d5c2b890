//! Tokens that were verified before.
//!
//! 1. Only what has passed every check is kept, so nobody fills the cache without good tokens.
//! 2. A token is found by all of its bytes.
//! 3. A hit replaces the signature and the parsing, and nothing else: time, keys, revocation and policy are asked again.
//! 4. It is bounded by number, by bytes and by time; the time is on a clock that nobody sets.
//! 5. A key that its issuer withdraws takes its tokens with it.

mod entry;
mod lane;
mod lanes;
mod settings;

use std::fmt;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use quick_cache::sync::{Cache, DefaultLifecycle};
use quick_cache::{DefaultHashBuilder, Weighter};

use self::entry::TokenBytes;
use self::lanes::Lanes;
use crate::claims::numeric_date::NumericDate;
use crate::clock::Clock;
use crate::keys::{KeyGeneration, VerifyingKey};
use crate::principal::Identity;

pub(super) use self::entry::Entry;
pub use self::settings::TokenCache;

/// The verified tokens of one verifier.
pub(super) struct KnownTokens {
    settings: TokenCache,
    shared: Cache<TokenBytes, Arc<Entry>, Weights>,
    lanes: Lanes,
    /// How often it was cleared.
    epoch: AtomicU64,
}

/// The longest token that is kept. Longer ones are rare and dear.
const LONGEST_TOKEN: usize = 4 * 1024;

/// The part of the memory that copies of hot tokens may take.
const LANES_PART: usize = 4;

impl KnownTokens {
    pub(super) fn new(settings: TokenCache) -> Self {
        let lanes = Lanes::within(settings.bytes / LANES_PART);
        let bytes = settings.bytes - lanes.bytes();
        let weights = Weights { least: bytes.div_ceil(settings.entries).max(1) };
        let shared = Cache::with(
            settings.entries,
            u64::try_from(bytes).unwrap_or(u64::MAX),
            weights,
            DefaultHashBuilder::default(),
            DefaultLifecycle::default(),
        );
        Self { settings, shared, lanes, epoch: AtomicU64::new(0) }
    }

    /// Tells what was verified since it was last cleared from what was before.
    pub(super) fn epoch(&self) -> u64 {
        self.epoch.load(Ordering::Acquire)
    }

    /// Has what was found out about `token` in this epoch answer, if its time is not over. What gives no answer counts as
    /// not found.
    #[inline]
    pub(super) fn find<R>(
        &self,
        token: &[u8],
        epoch: u64,
        clock: &dyn Clock,
        answer: impl Fn(&Entry) -> Option<R>,
    ) -> Option<R> {
        let answer = |entry: &Entry| {
            if entry.epoch != epoch {
                return None;
            }
            let answer = answer(entry)?;
            // The clocks come last: whoever reads one waits for all that is on its way from memory.
            let now = NumericDate::from_system(clock.now())?;
            (entry.good.contains(&now) && clock.monotonic() < entry.ends).then_some(answer)
        };
        match self.lanes.find(token, answer) {
            lane::Found::Here(answer) => Some(answer),
            lane::Found::Wanted => self.find_shared(token, true, answer),
            lane::Found::Nothing => self.find_shared(token, false, answer),
        }
    }

    /// Looks beyond the lane of this thread, and puts what is `wanted` there.
    #[inline(never)]
    fn find_shared<R>(&self, token: &[u8], wanted: bool, answer: impl Fn(&Entry) -> Option<R>) -> Option<R> {
        let entry = self.shared.get(token)?;
        let found = answer(&entry)?;
        if wanted {
            self.lanes.keep(token, &entry);
        }
        Some(found)
    }

    /// Keeps what was found out about a token by a verification that began in this epoch.
    pub(super) fn keep(&self, token: &[u8], found: Found<'_>, epoch: u64, clock: &dyn Clock) {
        let Some(rest) = found.good.end.since(found.good.start) else { return };
        if token.len() > LONGEST_TOKEN || !self.settings.takes(found.key.algorithm()) {
            return;
        }
        let entry = Entry {
            identity: Arc::clone(found.identity),
            good: found.good,
            issuer: found.issuer,
            key: found.key.clone(),
            generation: AtomicU64::new(found.keys.number()),
            ends: clock.monotonic().saturating_add(self.settings.lifetime.min(rest)),
            epoch,
        };
        self.shared.insert(TokenBytes::new(token), Arc::new(entry));
    }

    /// Forgets everything. A verification that began before is forgotten too.
    pub(super) fn clear(&self) {
        self.epoch.fetch_add(1, Ordering::AcqRel);
        self.shared.clear();
        self.lanes.clear();
    }
}

/// What a verification found out, to be kept.
pub(super) struct Found<'a> {
    pub(super) identity: &'a Arc<Identity>,
    /// From now on, until it ceases to be good.
    pub(super) good: Range<NumericDate>,
    pub(super) issuer: usize,
    pub(super) key: &'a VerifyingKey,
    pub(super) keys: &'a KeyGeneration,
}

/// The weight of an entry: its bytes, and at least what leaves room for as many entries as are allowed.
#[derive(Clone)]
struct Weights {
    least: usize,
}

impl Weighter<TokenBytes, Arc<Entry>> for Weights {
    fn weight(&self, token: &TokenBytes, entry: &Arc<Entry>) -> u64 {
        u64::try_from(entry.weight(token.len()).max(self.least)).unwrap_or(u64::MAX)
    }
}

/// What is remembered are tokens and personal data.
impl fmt::Debug for KnownTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("KnownTokens").field(&self.settings).finish()
    }
}

#[cfg(test)]
mod tests;
