//! The hot tokens of one thread, in sets of a few slots each.

use super::SoughtToken;
use super::entry::{Entry, TokenBytes};
use crate::random;

/// The cache of one thread.
pub(super) struct ThreadCache {
    /// None until the first copy: an idle guard, of which tenants may be many, takes no memory.
    sets: Box<[Set]>,
    /// Random, so that a caller with many valid tokens cannot aim at one set.
    factor: u64,
    /// The memory that its tokens take.
    bytes: usize,
    /// Whether a token was evicted because memory was short.
    was_short: bool,
    /// The next set to evict from when memory is short.
    next_evicted: usize,
}

/// Slots for the tokens whose tags choose this set.
#[derive(Default)]
#[repr(align(64))]
struct Set {
    /// The tags of the tokens, side by side: a search reads no other field.
    tags: [u64; SLOTS],
    slots: [Option<Slot>; SLOTS],
    /// The number of misses.
    misses: u8,
}

/// One hot token.
struct Slot {
    token: TokenBytes,
    entry: Box<Entry>,
    /// The memory that it takes.
    weight: usize,
    /// The number of hits, halved whenever a slot is needed. It saturates early: a look-up that writes nothing leaves
    /// the cache line clean.
    hits: u8,
}

/// The result of a look-up.
pub(super) enum CacheLookup<'c> {
    Hit(&'c Entry),
    /// A miss that should be copied to this thread.
    MissPromote,
    Miss,
}

/// With eight times as many slots as concurrent callers, nine of them are very unlikely to be in one set, where they
/// would evict each other.
const SETS: usize = 64;
const SLOTS: usize = 8;

/// If no slot is free, one in this many misses makes a copy: a hot token is soon among them, and the others cost few
/// copies.
const MISSES: u8 = 64;

/// The number of hits at which the count saturates.
const MOST_HITS: u8 = 64;

/// The most memory that one thread takes.
pub(super) const MOST_BYTES: usize = 1024 * 1024;

/// The part of it for tokens.
pub(super) const TOKEN_BYTES: usize = MOST_BYTES - size_of::<ThreadCache>() - SETS * size_of::<Set>();

impl Default for ThreadCache {
    fn default() -> Self {
        Self { sets: Box::default(), factor: random::factor(), bytes: 0, was_short: false, next_evicted: 0 }
    }
}

impl ThreadCache {
    /// Looks for `token`.
    #[inline]
    pub(super) fn find(&mut self, token: SoughtToken<'_>) -> CacheLookup<'_> {
        let place = place(token.tag, self.factor);
        let Some(set) = self.sets.get_mut(place) else { return CacheLookup::MissPromote };
        let Some(index) = set.index_of(token) else {
            return if set.wants_another(self.was_short) {
                CacheLookup::MissPromote
            } else {
                CacheLookup::Miss
            };
        };
        let Some(Some(slot)) = set.slots.get_mut(index) else { return CacheLookup::Miss };
        if slot.hits < MOST_HITS {
            slot.hits += 1;
        }
        CacheLookup::Hit(&slot.entry)
    }

    #[cfg(test)]
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Copies an entry into the slot with the fewest hits. If memory is short, the sets evict their coldest token in
    /// turn.
    pub(super) fn keep(&mut self, token: SoughtToken<'_>, entry: &Entry) {
        let weight = entry.weight(token.text.len());
        if weight > TOKEN_BYTES {
            return;
        }
        if self.sets.is_empty() {
            self.sets = (0..SETS).map(|_| Set::default()).collect();
        }
        while self.bytes + weight > TOKEN_BYTES {
            self.was_short = true;
            self.next_evicted = (self.next_evicted + 1) % SETS;
            if let Some(set) = self.sets.get_mut(self.next_evicted) {
                self.bytes -= set.evict();
            }
        }
        let slot =
            Slot { token: TokenBytes::new(token.text), entry: Box::new(entry.copy()), weight, hits: 1 };
        if let Some(set) = self.sets.get_mut(place(token.tag, self.factor)) {
            self.bytes -= set.weight();
            set.put(token.tag, slot);
            self.bytes += set.weight();
        }
    }
}

impl Set {
    /// The slot of the token.
    #[inline]
    fn index_of(&self, token: SoughtToken<'_>) -> Option<usize> {
        let index = self.tags.iter().position(|known| *known == token.tag)?;
        let slot = self.slots.get(index)?.as_ref()?;
        slot.token.is(token.text).then_some(index)
    }

    /// Counts a miss, and returns whether the token should be copied. Free slots are filled until memory is short for
    /// the first time; afterwards each copy costs another token its slot. Out of line: a hit does not come here.
    #[inline(never)]
    fn wants_another(&mut self, was_short: bool) -> bool {
        self.misses = (self.misses + 1) % MISSES;
        self.misses == 0 || !was_short && self.slots.iter().any(Option::is_none)
    }

    /// Puts a token in the slot with the same tag, else in a free one, else in the one with the fewest hits.
    fn put(&mut self, tag: u64, slot: Slot) {
        let rank = |(known, slot): &(&mut u64, &mut Option<Slot>)| match slot {
            _ if **known == tag => 0,
            None => 1,
            Some(slot) => slot.hits.saturating_add(2),
        };
        if let Some((known, place)) = self.tags.iter_mut().zip(&mut self.slots).min_by_key(rank) {
            (*known, *place) = (tag, Some(slot));
        }
        self.cool();
    }

    /// Empties the slot with the fewest hits, and returns the freed memory. A set with only hot tokens keeps them for
    /// another turn.
    fn evict(&mut self) -> usize {
        let hits = |slot: &&mut Option<Slot>| slot.as_ref().map_or(u8::MAX, |slot| slot.hits);
        let coldest = self.slots.iter_mut().min_by_key(hits);
        let freed =
            coldest.and_then(|slot| slot.take_if(|slot| slot.hits <= 1)).map_or(0, |slot| slot.weight);
        self.cool();
        freed
    }

    fn cool(&mut self) {
        self.slots.iter_mut().flatten().for_each(|slot| slot.hits /= 2);
    }

    fn weight(&self) -> usize {
        self.slots.iter().flatten().map(|slot| slot.weight).sum()
    }
}

/// The set for a token with this tag. The highest bits of the product depend on every bit of the tag.
fn place(tag: u64, factor: u64) -> usize {
    usize::try_from(tag.wrapping_mul(factor) >> (u64::BITS - SETS.ilog2())).unwrap_or_default()
}
