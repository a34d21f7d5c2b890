//! The hot tokens of one thread, in sets of a few places each.

use super::entry::{Entry, TokenBytes};
use crate::random;

/// What one thread keeps.
pub(super) struct Lane {
    sets: [Set; SETS],
    /// Chooses sets in a way that nobody knows who could choose among good tokens.
    factor: u64,
    /// The memory that its tokens take.
    bytes: usize,
    /// The set that is emptied next when memory is short.
    hand: usize,
}

/// Places for the tokens whose ends choose this set.
#[derive(Default)]
struct Set {
    /// The ends of the tokens, side by side: looking for one reads nothing of the others.
    ends: [u64; WAYS],
    ways: [Option<Way>; WAYS],
    /// How often tokens were looked for that are not here.
    misses: u8,
}

/// One hot token.
struct Way {
    token: TokenBytes,
    entry: Box<Entry>,
    /// The memory that it takes.
    weight: usize,
    /// How often it was found, halved whenever a place is needed. It does not count far: a look-up that writes nothing leaves
    /// the cache lines of the processor clean.
    hits: u8,
}

/// What a lane says of a token.
pub(super) enum Found<R> {
    Here(R),
    /// Not here, but should be.
    Wanted,
    Nothing,
}

/// With eight times as many places as callers at once, chance puts hardly any nine of them into one set, where they would
/// drive each other out.
const SETS: usize = 64;
const WAYS: usize = 8;

/// While all places of a set are taken, one in so many tokens that are not here is worth a copy: a hot one is soon among
/// them, and the others pay for few.
const MISSES: u8 = 16;

/// A token that was found so often is as hot as any.
const MOST_HITS: u8 = 64;

/// The most memory that one lane takes.
pub(super) const MOST_BYTES: usize = 1024 * 1024;

/// What is left of it for tokens.
pub(super) const TOKEN_BYTES: usize = MOST_BYTES - size_of::<Lane>();

impl Default for Lane {
    fn default() -> Self {
        let sets = std::array::from_fn(|_| Set::default());
        Self { sets, factor: random::seed() | 1, bytes: 0, hand: 0 }
    }
}

impl Lane {
    /// Looks for `token`, and has its entry answer. One that does not counts as none.
    #[inline]
    pub(super) fn find<R>(&mut self, token: &[u8], answer: impl FnOnce(&Entry) -> Option<R>) -> Found<R> {
        let end = end(token);
        let Some(set) = self.sets.get_mut(place(end, self.factor)) else { return Found::Nothing };
        let Some(way) = set.way_of(end).filter(|way| way.token.is(token)) else {
            return if set.wants_another() { Found::Wanted } else { Found::Nothing };
        };
        if way.hits < MOST_HITS {
            way.hits += 1;
        }
        answer(&way.entry).map_or(Found::Wanted, Found::Here)
    }

    #[cfg(test)]
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Puts a copy of what is known about `token` in the place of what was found least often. Where memory is short, whole
    /// sets make room in turn.
    pub(super) fn keep(&mut self, token: &[u8], entry: &Entry) {
        let weight = entry.weight(token.len());
        if weight > TOKEN_BYTES {
            return;
        }
        while self.bytes + weight > TOKEN_BYTES {
            self.hand = (self.hand + 1) % SETS;
            if let Some(set) = self.sets.get_mut(self.hand) {
                self.bytes -= set.weight();
                *set = Set::default();
            }
        }
        let end = end(token);
        let way = Way { token: TokenBytes::new(token), entry: Box::new(entry.copy()), weight, hits: 1 };
        if let Some(set) = self.sets.get_mut(place(end, self.factor)) {
            self.bytes -= set.weight();
            set.put(end, way);
            self.bytes += set.weight();
        }
    }
}

impl Set {
    /// The token with this end.
    #[inline]
    fn way_of(&mut self, end: u64) -> Option<&mut Way> {
        let index = self.ends.iter().position(|known| *known == end)?;
        self.ways.get_mut(index)?.as_mut()
    }

    /// Counts that a token was looked for in vain, and says whether it should be here.
    #[inline(never)]
    fn wants_another(&mut self) -> bool {
        self.misses = (self.misses + 1) % MISSES;
        self.misses == 0 || self.ways.iter().any(Option::is_none)
    }

    /// Puts a token in the place of one with the same end, else in a free one, else in that of the one that was found least
    /// often.
    fn put(&mut self, end: u64, way: Way) {
        let rank = |(known, way): &(&mut u64, &mut Option<Way>)| match way {
            _ if **known == end => 0,
            None => 1,
            Some(way) => way.hits.saturating_add(2),
        };
        if let Some((known, place)) = self.ends.iter_mut().zip(&mut self.ways).min_by_key(rank) {
            (*known, *place) = (end, Some(way));
        }
        self.ways.iter_mut().flatten().for_each(|way| way.hits /= 2);
    }

    fn weight(&self) -> usize {
        self.ways.iter().flatten().map(|way| way.weight).sum()
    }
}

/// The last bytes of a token, which lie in its signature, and are as good as random. They choose a place and tell nothing:
/// a token is known by all of its bytes.
fn end(token: &[u8]) -> u64 {
    token.last_chunk().map_or(0, |end| u64::from_le_bytes(*end))
}

/// The set for a token with this end. The highest bits of the product depend on every bit of the end.
fn place(end: u64, factor: u64) -> usize {
    usize::try_from(end.wrapping_mul(factor) >> (u64::BITS - SETS.ilog2())).unwrap_or_default()
}
