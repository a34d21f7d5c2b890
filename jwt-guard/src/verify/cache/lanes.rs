//! Copies of the hottest tokens, one for each thread that serves.
//!
//! Whoever clones an `Arc` writes its count. When all cores do that to the entry of one token, they wait for each other's
//! cache lines, and a hit takes three times as long. So each lane keeps copies with counts of their own; a thread always
//! uses the same lane. Tokens that come seldom stay in the shared cache alone.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use crossbeam_utils::CachePadded;

use super::entry::{Entry, TokenBytes};

pub(super) struct Lanes(Box<[CachePadded<Mutex<[Slot; SLOTS]>>]>);

/// Room for one token in a lane.
#[derive(Default)]
struct Slot {
    /// The end of the token that was last looked for here in vain. One that comes twice in a row is hot.
    missed: u64,
    hot: Option<(TokenBytes, Arc<Entry>)>,
}

/// As many tokens as make up most of the contention, where any are hot.
const SLOTS: usize = 32;

/// Beyond this many, threads share lanes.
const MOST_LANES: usize = 16;

/// A token that takes more than 8 KiB stays in the shared cache, or a few of them would fill the memory of all lanes.
const HEAVIEST: usize = 8 * 1024;

static THREADS: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    static THREAD: usize = THREADS.fetch_add(1, Ordering::Relaxed);
}

impl Lanes {
    /// Lanes that take no more than `bytes`; none where they would not pay.
    pub(super) fn within(bytes: usize) -> Self {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let affordable = bytes / (SLOTS * HEAVIEST);
        let lanes = if threads == 1 { 0 } else { threads.min(MOST_LANES).min(affordable) };
        Self(
            (0..lanes)
                .map(|_| CachePadded::new(Mutex::new(std::array::from_fn(|_| Slot::default()))))
                .collect(),
        )
    }

    /// The most memory that they take.
    pub(super) fn bytes(&self) -> usize {
        self.0.len() * SLOTS * HEAVIEST
    }

    /// The entry of `token`, if this thread has met it often, and it is `current`.
    pub(super) fn find(&self, token: &[u8], current: impl FnOnce(&Entry) -> bool) -> Option<Arc<Entry>> {
        self.with_slot(token, |slot| match &slot.hot {
            Some((known, entry)) if known.is(token) && current(entry) => Some(Arc::clone(entry)),
            _ => None,
        })
    }

    /// Takes note that `token` was found in the shared cache. The second time in a row it gets a copy here.
    pub(super) fn offer(&self, token: &[u8], entry: &Entry) {
        if entry.weight(token.len()) > HEAVIEST {
            return;
        }
        self.with_slot(token, |slot| {
            let end = end(token);
            if slot.missed == end {
                slot.hot = Some((TokenBytes::new(token), Arc::new(entry.copy())));
            }
            slot.missed = end;
            None::<()>
        });
    }

    pub(super) fn clear(&self) {
        for lane in &self.0 {
            if let Ok(mut slots) = lane.lock() {
                *slots = std::array::from_fn(|_| Slot::default());
            }
        }
    }

    /// A lane that another thread uses at this moment is passed over: the shared cache has all there is.
    fn with_slot<R>(&self, token: &[u8], then: impl FnOnce(&mut Slot) -> Option<R>) -> Option<R> {
        let lane = THREAD.try_with(|thread| *thread).ok()?.checked_rem(self.0.len())?;
        let mut slots = self.0.get(lane)?.try_lock().ok()?;
        let slot = usize::try_from(end(token) % SLOTS as u64).ok()?;
        then(slots.get_mut(slot)?)
    }
}

/// The last bytes of a token, which lie in its signature, and are as good as random. They choose a slot and tell nothing:
/// a token is known by all of its bytes.
fn end(token: &[u8]) -> u64 {
    token.last_chunk().map_or(0, |end| u64::from_le_bytes(*end))
}
