//! Copies of the hottest tokens for each serving thread.
//!
//! A clone of an `Arc` writes its count. When all cores do that to the entry of one token, they wait for each other's
//! cache lines, and a hit takes three times as long. So each thread has a cache of copies with their own counts. Rare
//! tokens stay in the shared cache only.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crossbeam_utils::CachePadded;
use try_lock::{Locked, TryLock};

use super::SoughtToken;
use super::entry::Entry;
use super::thread_cache::{MOST_BYTES, ThreadCache};

pub(super) struct ThreadCaches(Box<[CachePadded<TryLock<ThreadCache>>]>);

/// Beyond this many, threads share caches.
const MOST_CACHES: usize = 16;

static THREADS: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    static THREAD: usize = THREADS.fetch_add(1, Ordering::Relaxed);
}

impl ThreadCaches {
    /// Caches that take no more than `bytes`; zero on a machine with a single core.
    pub(super) fn within(bytes: usize) -> Self {
        let threads = thread::available_parallelism().map_or(1, usize::from);
        let caches = if threads == 1 { 0 } else { threads.min(MOST_CACHES).min(bytes / MOST_BYTES) };
        Self((0..caches).map(|_| CachePadded::default()).collect())
    }

    /// The most memory that they take.
    pub(super) fn bytes(&self) -> usize {
        self.0.len() * MOST_BYTES
    }

    /// The cache of this thread; `None` while another thread uses it: the shared cache is complete.
    #[inline]
    pub(super) fn own(&self) -> Option<Locked<'_, ThreadCache>> {
        let thread = THREAD.try_with(|thread| *thread).ok()?;
        // The lock waits for its address, and a division takes longer than a comparison.
        let cache = self.0.get(thread).or_else(|| self.0.get(thread.checked_rem(self.0.len())?));
        cache?.try_lock()
    }

    /// Keeps a copy of an entry for this thread.
    pub(super) fn keep(&self, token: SoughtToken<'_>, entry: &Entry) {
        if let Some(mut cache) = self.own() {
            cache.keep(token, entry);
        }
    }

    pub(super) fn clear(&self) {
        for cache in &self.0 {
            let mut cache = loop {
                match cache.try_lock() {
                    Some(cache) => break cache,
                    // Its thread is doing a look-up.
                    None => thread::yield_now(),
                }
            };
            *cache = ThreadCache::default();
        }
    }
}
