//! The hot tokens of one thread, in sets of a few slots each.

use super::entry::{Entry, TokenBytes};
use crate::random;

/// What one thread keeps.
pub(super) struct ThreadCache {
    sets: [Set; SETS],
    /// Random, so that a caller with many good tokens cannot aim at one set.
    factor: u64,
    /// The memory that its tokens take.
    bytes: usize,
    /// Whether a token had to go because memory was short.
    was_short: bool,
    /// The set that gives up a token next when memory is short.
    next_evicted: usize,
}

/// Slots for the tokens whose tags choose this set.
#[derive(Default)]
struct Set {
    /// The tags of the tokens, side by side: looking for one reads nothing of the others.
    tags: [u64; SLOTS],
    slots: [Option<Slot>; SLOTS],
    /// How often tokens were looked for that are not here.
    misses: u8,
}

/// One hot token.
struct Slot {
    token: TokenBytes,
    entry: Box<Entry>,
    /// The memory that it takes.
    weight: usize,
    /// How often it was found, halved whenever a slot is needed. It does not count far: a look-up that writes nothing leaves
    /// the cache lines of the processor clean.
    hits: u8,
}

/// What a look-up says of a token.
pub(super) enum Lookup<'c> {
    Hit(&'c Entry),
    /// Not here, but should be.
    MissPromote,
    Miss,
}

/// With eight times as many slots as callers at once, chance puts hardly any nine of them into one set, where they would
/// drive each other out.
const SETS: usize = 64;
const SLOTS: usize = 8;

/// Where nothing is free, one in so many tokens that are not here is worth a copy: a hot one is soon among them, and the
/// others pay for few.
const MISSES: u8 = 64;

/// A token that was found so often is as hot as any.
const MOST_HITS: u8 = 64;

/// The most memory that one thread takes.
pub(super) const MOST_BYTES: usize = 1024 * 1024;

/// What is left of it for tokens.
pub(super) const TOKEN_BYTES: usize = MOST_BYTES - size_of::<ThreadCache>();

impl Default for ThreadCache {
    fn default() -> Self {
        let sets = std::array::from_fn(|_| Set::default());
        Self { sets, factor: random::seed() | 1, bytes: 0, was_short: false, next_evicted: 0 }
    }
}

impl ThreadCache {
    /// Looks for `token`.
    #[inline]
    pub(super) fn find(&mut self, token: &[u8]) -> Lookup<'_> {
        let tag = tag(token);
        let Some(set) = self.sets.get_mut(place(tag, self.factor)) else { return Lookup::Miss };
        let Some(index) = set.index_of(tag, token) else {
            return if set.wants_another(self.was_short) { Lookup::MissPromote } else { Lookup::Miss };
        };
        let Some(Some(slot)) = set.slots.get_mut(index) else { return Lookup::Miss };
        if slot.hits < MOST_HITS {
            slot.hits += 1;
        }
        Lookup::Hit(&slot.entry)
    }

    #[cfg(test)]
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Puts a copy of what is known about `token` in the slot of what was found least often. Where memory is short, the sets
    /// give up their coldest token in turn.
    pub(super) fn keep(&mut self, token: &[u8], entry: &Entry) {
        let weight = entry.weight(token.len());
        if weight > TOKEN_BYTES {
            return;
        }
        while self.bytes + weight > TOKEN_BYTES {
            self.was_short = true;
            self.next_evicted = (self.next_evicted + 1) % SETS;
            if let Some(set) = self.sets.get_mut(self.next_evicted) {
                self.bytes -= set.evict();
            }
        }
        let tag = tag(token);
        let slot = Slot { token: TokenBytes::new(token), entry: Box::new(entry.copy()), weight, hits: 1 };
        if let Some(set) = self.sets.get_mut(place(tag, self.factor)) {
            self.bytes -= set.weight();
            set.put(tag, slot);
            self.bytes += set.weight();
        }
    }
}

impl Set {
    /// Where the token is.
    #[inline]
    fn index_of(&self, tag: u64, token: &[u8]) -> Option<usize> {
        let index = self.tags.iter().position(|known| *known == tag)?;
        let slot = self.slots.get(index)?.as_ref()?;
        slot.token.is(token).then_some(index)
    }

    /// Counts that a token was looked for in vain, and says whether it should be here. Free slots are for the taking until
    /// memory is short for the first time: afterwards each would cost another token its slot.
    #[inline(never)]
    fn wants_another(&mut self, was_short: bool) -> bool {
        self.misses = (self.misses + 1) % MISSES;
        self.misses == 0 || !was_short && self.slots.iter().any(Option::is_none)
    }

    /// Puts a token in the slot of one with the same tag, else in a free one, else in that of the one that was found least
    /// often.
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

    /// Empties the slot that was found least often, and says how much memory that frees. A set of tokens that are all found
    /// often keeps them for another turn.
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

/// The last bytes of a token, which lie in its signature, and are as good as random. They choose a slot and tell nothing:
/// a token is known by all of its bytes.
fn tag(token: &[u8]) -> u64 {
    token.last_chunk().map_or(0, |tag| u64::from_le_bytes(*tag))
}

/// The set for a token with this tag. The highest bits of the product depend on every bit of the tag.
fn place(tag: u64, factor: u64) -> usize {
    usize::try_from(tag.wrapping_mul(factor) >> (u64::BITS - SETS.ilog2())).unwrap_or_default()
}
