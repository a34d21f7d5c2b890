//! Copies of the hottest tokens, one for each thread that serves.
//!
//! Whoever clones an `Arc` writes its count. When all cores do that to the entry of one token, they wait for each other's
//! cache lines, and a hit takes three times as long. So each lane keeps copies with counts of their own; a thread always
//! uses the same lane. Tokens that come seldom stay in the shared cache alone.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crossbeam_utils::CachePadded;
use try_lock::{Locked, TryLock};

use super::entry::Entry;
use super::lane::{Found, Lane, MOST_BYTES};

pub(super) struct Lanes(Box<[CachePadded<TryLock<Lane>>]>);

/// Beyond this many, threads share lanes.
const MOST_LANES: usize = 16;

static THREADS: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    static THREAD: usize = THREADS.fetch_add(1, Ordering::Relaxed);
}

impl Lanes {
    /// Lanes that take no more than `bytes`; none where they would not pay.
    pub(super) fn within(bytes: usize) -> Self {
        let threads = thread::available_parallelism().map_or(1, usize::from);
        let lanes = if threads == 1 { 0 } else { threads.min(MOST_LANES).min(bytes / MOST_BYTES) };
        Self((0..lanes).map(|_| CachePadded::default()).collect())
    }

    /// The most memory that they take.
    pub(super) fn bytes(&self) -> usize {
        self.0.len() * MOST_BYTES
    }

    /// Looks for `token` in the lane of this thread, and has its entry answer. One that does not counts as none.
    #[inline]
    pub(super) fn find<R>(&self, token: &[u8], answer: impl FnOnce(&Entry) -> Option<R>) -> Found<R> {
        self.own().map_or(Found::Nothing, |mut lane| lane.find(token, answer))
    }

    /// Keeps a copy of what is known about `token` for this thread.
    pub(super) fn keep(&self, token: &[u8], entry: &Entry) {
        if let Some(mut lane) = self.own() {
            lane.keep(token, entry);
        }
    }

    pub(super) fn clear(&self) {
        for lane in &self.0 {
            let mut lane = loop {
                match lane.try_lock() {
                    Some(lane) => break lane,
                    // Its thread is within a look-up.
                    None => thread::yield_now(),
                }
            };
            *lane = Lane::default();
        }
    }

    /// The lane of this thread. One that another thread uses at this moment is passed over: the shared cache has all there
    /// is.
    #[inline]
    fn own(&self) -> Option<Locked<'_, Lane>> {
        let lane = THREAD.try_with(|thread| *thread).ok()?.checked_rem(self.0.len())?;
        self.0.get(lane)?.try_lock()
    }
}
