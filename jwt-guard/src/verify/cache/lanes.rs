//! Copies of the hottest tokens, one for each thread that serves.
//!
//! Whoever clones an `Arc` writes its count. When all cores do that to the entry of one token, they wait for each other's
//! cache lines, and a hit takes three times as long. So each lane keeps copies with counts of their own; a thread always
//! uses the same lane. Tokens that come seldom stay in the shared cache alone.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use crossbeam_utils::CachePadded;

use super::entry::{Entry, TokenBytes};

pub(super) struct Lanes(Box<[CachePadded<Mutex<Lane>>]>);

type Lane = [Set; SETS];

/// Room for the tokens that share the choice of a set.
#[derive(Default)]
struct Set {
    ways: [Option<Way>; WAYS],
    /// The end of a token that is not here, and by how much it was looked for more often than the others that are not.
    candidate: u64,
    votes: u8,
}

/// One hot token.
struct Way {
    end: u64,
    token: TokenBytes,
    entry: Arc<Entry>,
    /// How often it was found, halved whenever a place is needed.
    hits: u32,
}

/// What a lane says of a token.
pub(super) enum Found {
    Here(Arc<Entry>),
    /// Not here, but looked for so often that it should be.
    Wanted,
    Nothing,
}

const SETS: usize = 32;
const WAYS: usize = 4;

/// A token that comes again and again, and not just twice, is worth a copy.
const VOTES: u8 = 4;

/// Beyond this many, threads share lanes.
const MOST_LANES: usize = 16;

/// A token that takes more than 8 KiB stays in the shared cache, or a few of them would fill the memory of all lanes.
const HEAVIEST: usize = 8 * 1024;

/// The most memory that one lane takes.
const LANE_BYTES: usize = SETS * WAYS * HEAVIEST;

static THREADS: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    static THREAD: usize = THREADS.fetch_add(1, Ordering::Relaxed);
}

impl Lanes {
    /// Lanes that take no more than `bytes`; none where they would not pay.
    pub(super) fn within(bytes: usize) -> Self {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let lanes = if threads == 1 { 0 } else { threads.min(MOST_LANES).min(bytes / LANE_BYTES) };
        Self((0..lanes).map(|_| CachePadded::default()).collect())
    }

    /// The most memory that they take.
    pub(super) fn bytes(&self) -> usize {
        self.0.len() * LANE_BYTES
    }

    /// Looks for `token` in the lane of this thread. An entry that is not `current` counts as none.
    pub(super) fn find(&self, token: &[u8], current: impl FnOnce(&Entry) -> bool) -> Found {
        let found = self.with_set(token, |set, end| {
            match set.ways.iter_mut().flatten().find(|way| way.end == end && way.token.is(token)) {
                Some(way) if current(&way.entry) => {
                    way.hits = way.hits.saturating_add(1);
                    Found::Here(Arc::clone(&way.entry))
                }
                Some(_) => Found::Wanted,
                None => set.vote(end),
            }
        });
        found.unwrap_or(Found::Nothing)
    }

    /// Puts a copy of what is known about `token` in the place of what was found least often.
    pub(super) fn keep(&self, token: &[u8], entry: &Entry) {
        if entry.weight(token.len()) > HEAVIEST {
            return;
        }
        let entry = Arc::new(entry.copy());
        self.with_set(token, |set, end| {
            let hits =
                |way: &Option<Way>| way.as_ref().map_or(0, |way| if way.end == end { 0 } else { way.hits });
            if let Some(way) = set.ways.iter_mut().min_by_key(|way| hits(way)) {
                *way = Some(Way { end, token: TokenBytes::new(token), entry, hits: 1 });
            }
            set.ways.iter_mut().flatten().for_each(|way| way.hits /= 2);
        });
    }

    pub(super) fn clear(&self) {
        for lane in &self.0 {
            if let Ok(mut sets) = lane.lock() {
                *sets = Lane::default();
            }
        }
    }

    /// A lane that another thread uses at this moment is passed over: the shared cache has all there is.
    fn with_set<R>(&self, token: &[u8], then: impl FnOnce(&mut Set, u64) -> R) -> Option<R> {
        let lane = THREAD.try_with(|thread| *thread).ok()?.checked_rem(self.0.len())?;
        let mut sets = self.0.get(lane)?.try_lock().ok()?;
        let end = end(token);
        let set = usize::try_from(end % SETS as u64).ok()?;
        Some(then(sets.get_mut(set)?, end))
    }
}

impl Set {
    /// Counts that a token was looked for in vain, so that one that comes more often than all others is noticed.
    fn vote(&mut self, end: u64) -> Found {
        if self.candidate != end {
            self.votes = self.votes.saturating_sub(1);
            if self.votes == 0 {
                (self.candidate, self.votes) = (end, 1);
            }
            return Found::Nothing;
        }
        self.votes = self.votes.saturating_add(1);
        if self.votes < VOTES {
            return Found::Nothing;
        }
        self.votes = 0;
        Found::Wanted
    }
}

/// The last bytes of a token, which lie in its signature, and are as good as random. They choose a set and tell nothing:
/// a token is known by all of its bytes.
fn end(token: &[u8]) -> u64 {
    token.last_chunk().map_or(0, |end| u64::from_le_bytes(*end))
}
