//! The current keys of an issuer, and the state of fetching them. Nothing here waits.

use std::ops::Deref;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use arc_swap::{ArcSwap, Guard};
use tokio::sync::watch;

use super::document::Delivered;
use super::endpoint::Address;
use super::listed::Listed;
use super::report::{FetchReport, Health, KeyChange};
use super::schedule::{Cause, Effect, FetchDecision, FetchLimits, FetchOutcome, Jitter, Moment, Schedule};
use crate::keys::error::cut;
use crate::keys::key_set::useless;
use crate::keys::{KeySet, KeySnapshot, VerifyingKey};

/// Keys for many readers and one writer at a time.
///
/// Readers of keys take no lock and write nothing that other threads read. A task that wants a fetch takes the lock for
/// a moment, and never holds it while waiting.
pub(super) struct Holder {
    held: ArcSwap<HeldKeys>,
    state: Mutex<State>,
    /// The number of the last finished fetch.
    ended: watch::Sender<u64>,
}

/// A set of keys, with the end of its use.
pub(super) struct HeldKeys {
    generation: Arc<KeySnapshot>,
    usable_until: Moment,
}

/// The current keys. Holding this keeps them alive.
pub(crate) struct Current(Guard<Arc<HeldKeys>>);

/// The state of fetching.
pub(super) struct State {
    pub(super) schedule: Schedule,
    etag: Option<HeldTag>,
    /// The address of the keys according to the metadata, and when that was read.
    pub(super) metadata: Option<(Address, Moment)>,
    /// The last fetch that was answered with 304.
    unchanged_by: u64,
    pub(super) health: Health,
    /// The number of failed fetches.
    pub(super) failures: u64,
    pub(super) last_error: Option<String>,
    pub(super) fetched_at: Option<SystemTime>,
    pub(super) skipped: Vec<String>,
}

/// The `ETag` of the current keys.
struct HeldTag {
    from: Address,
    etag: String,
    /// The hard limit of the last answer with keys. Then the whole set is fetched again: an issuer may answer 304 though its
    /// keys have changed.
    until: Moment,
}

/// In characters. What went wrong may quote a server, and each of its keys.
const LONGEST_ERROR: usize = 2_000;

/// A tag is sent back with every request; a server may refuse longer ones.
const LONGEST_ETAG: usize = 256;

impl Holder {
    pub(super) fn new(limits: FetchLimits) -> Self {
        let nothing = HeldKeys {
            generation: Arc::new(KeySnapshot::new(0, KeySet::fetched(Vec::new()))),
            usable_until: Moment::ZERO,
        };
        let state = State {
            schedule: Schedule::new(limits),
            etag: None,
            metadata: None,
            unchanged_by: 0,
            health: Health::Unknown,
            failures: 0,
            last_error: None,
            fetched_at: None,
            skipped: Vec::new(),
        };
        Self { held: ArcSwap::from_pointee(nothing), state: Mutex::new(state), ended: watch::Sender::new(0) }
    }

    /// The keys, if there are any that may be used.
    pub(super) fn current(&self, now: Moment) -> Option<Current> {
        let held = self.held.load();
        (now < held.usable_until).then_some(Current(held))
    }

    /// Handles a request for a fetch.
    pub(super) fn ask(&self, cause: Cause, now: Moment) -> FetchDecision {
        self.state().schedule.ask(cause, now)
    }

    /// Ends the fetch with this number: updates the keys first, then the state, then wakes the waiting tasks.
    pub(super) fn end(
        &self,
        number: u64,
        result: Result<(Address, Delivered), String>,
        now: Moment,
        at: Option<SystemTime>,
        jitter: Jitter,
    ) -> FetchReport {
        let mut state = self.state();
        let outcome = match &result {
            Ok((_, Delivered::Keys { max_age, .. })) => FetchOutcome::Keys(*max_age),
            Ok((_, Delivered::Unchanged { max_age })) => FetchOutcome::Unchanged(*max_age),
            Ok((_, Delivered::Empty)) => FetchOutcome::Empty,
            Ok((_, Delivered::Useless { .. })) | Err(_) => FetchOutcome::Failed,
        };
        let mut report = FetchReport::default();
        let generation = match (state.schedule.finish(number, outcome, now, jitter), result) {
            (Effect::Ignore, _) => return report,
            (Effect::Keep, result) => {
                // The address of the keys may have changed.
                state.metadata = None;
                let error = match result {
                    Ok((from, Delivered::Useless { skipped, listed })) => {
                        let error = format!("{from}: {}", useless(&skipped));
                        report.note_skipped(&mut state, skipped);
                        self.withdraw_all_but(&listed, &mut state, &mut report);
                        error
                    }
                    Ok((from, _)) => format!("{from}: the list of keys is empty"),
                    Err(error) => {
                        // The tag may be what the issuer, or a proxy before it, refuses.
                        state.etag = None;
                        error
                    }
                };
                state.failures = state.failures.saturating_add(1);
                state.last_error = Some(cut(error, LONGEST_ERROR));
                None
            }
            (Effect::Withdraw, _) => {
                state.etag = None;
                state.skipped.clear();
                Some(self.succeed(Vec::new(), &mut report))
            }
            (Effect::Replace, Ok((from, Delivered::Keys { keys, skipped, etag, .. }))) => {
                let until = state.schedule.usable_until().unwrap_or_default();
                let etag = etag.filter(|etag| etag.len() <= LONGEST_ETAG);
                state.etag = etag.map(|etag| HeldTag { from, etag, until });
                report.note_skipped(&mut state, skipped);
                Some(self.succeed(keys, &mut report))
            }
            (Effect::Replace, _) => {
                state.unchanged_by = number;
                Some(Arc::clone(&self.held.load().generation))
            }
        };
        if let Some(generation) = generation {
            state.fetched_at = at.or(state.fetched_at);
            let usable_until = state.schedule.usable_until().unwrap_or_default();
            self.held.store(Arc::new(HeldKeys { generation, usable_until }));
        }
        report.note(&mut state, now);
        drop(state);
        // Without the lock, which every request that is woken takes next. A later fetch may have ended meanwhile.
        self.ended.send_if_modified(|ended| {
            let is_later = *ended < number;
            *ended = number.max(*ended);
            is_later
        });
        report
    }

    /// The generation of the keys that were just fetched. It stays the same if the keys are the same, so that verified
    /// tokens stay verified.
    fn succeed(&self, keys: Vec<VerifyingKey>, report: &mut FetchReport) -> Arc<KeySnapshot> {
        let held = self.held.load();
        let before = held.generation.keys();
        let change = KeyChange::between(before, &keys);
        let first = held.generation.number() == 0;
        if change.is_none() && !first {
            return Arc::clone(&held.generation);
        }
        let kept =
            |key: VerifyingKey| before.iter().find(|known| known.is_same(&key)).cloned().unwrap_or(key);
        let keys = KeySet::fetched(keys.into_iter().map(kept).collect());
        report.change = Some(change);
        report.withdrawn = keys.iter().len() == 0;
        Arc::new(KeySnapshot::new(held.generation.number().saturating_add(1), keys))
    }

    /// A set without a usable key is a failure, but it still withdraws the keys that it does not list, at once. The
    /// keys that it lists stay until their hard limit.
    fn withdraw_all_but(&self, listed: &Listed, state: &mut State, report: &mut FetchReport) {
        let held = self.held.load();
        let kept: Vec<_> = held.generation.keys().iter().filter(|key| listed.has(key)).cloned().collect();
        if kept.len() < held.generation.keys().iter().len() {
            // The tag belongs to keys that are gone.
            state.etag = None;
            let generation = self.succeed(kept, report);
            self.held.store(Arc::new(HeldKeys { generation, usable_until: held.usable_until }));
        }
    }

    /// Whether the issuer has listed its keys since this moment and within the cooldown, and none of this name.
    pub(super) fn is_missing(&self, key_id: &str, since: Moment, now: Moment) -> bool {
        let state = self.state();
        let held = self.held.load();
        let is_of_name = |key: &VerifyingKey| key.id() == Some(key_id) || key.has_thumbprint(key_id);
        state.schedule.has_listed_since(since, now) && !held.generation.keys().iter().any(is_of_name)
    }

    /// Whether the fetch with this number was answered with 304, which says nothing of keys that the guard does not have.
    pub(super) fn was_unchanged(&self, number: u64) -> bool {
        self.state().unchanged_by == number
    }

    /// The `ETag` that may be sent to this address.
    pub(super) fn etag(&self, from: &Address, now: Moment) -> Option<String> {
        let state = self.state();
        let held = state.etag.as_ref().filter(|held| held.from == *from && now < held.until)?;
        Some(held.etag.clone())
    }

    /// Announces the number of each finished fetch.
    pub(super) fn ended(&self) -> watch::Receiver<u64> {
        self.ended.subscribe()
    }

    /// The keys of the last successful fetch, however old.
    pub(super) fn generation(&self) -> Arc<KeySnapshot> {
        Arc::clone(&self.held.load().generation)
    }

    /// The state. Nothing that can panic runs under this lock.
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Deref for Current {
    type Target = KeySnapshot;

    fn deref(&self) -> &KeySnapshot {
        &self.0.generation
    }
}
