//! Names of a hierarchy by their numbers, in a set that needs no allocation.

/// The most names of one hierarchy: an order of magnitude more than the largest permission models that people keep in
/// scopes, and little enough that a request needs no allocation to follow it.
pub(crate) const MOST_NAMES: usize = 512;

const BITS: usize = u64::BITS as usize;

/// Numbers below [`MOST_NAMES`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct NumberSet([u64; MOST_NAMES / BITS]);

impl NumberSet {
    pub(super) fn insert(&mut self, number: usize) {
        if let Some(word) = self.0.get_mut(number / BITS) {
            *word |= bit(number);
        }
    }

    pub(super) fn contains(&self, number: usize) -> bool {
        self.0.get(number / BITS).is_some_and(|word| word & bit(number) != 0)
    }

    /// The numbers of both.
    pub(super) fn with(mut self, other: Self) -> Self {
        self.0.iter_mut().zip(other.0).for_each(|(word, other)| *word |= other);
        self
    }

    /// The numbers of this set that the other has not.
    pub(super) fn without(mut self, other: Self) -> Self {
        self.0.iter_mut().zip(other.0).for_each(|(word, other)| *word &= !other);
        self
    }

    /// The numbers, from the least.
    pub(super) fn iter(&self) -> impl Iterator<Item = usize> + Clone + use<> {
        let words = self.0.into_iter().zip((0..MOST_NAMES).step_by(BITS));
        words.filter(|(word, _)| *word != 0).flat_map(|(word, first)| {
            (first..first.saturating_add(BITS)).filter(move |number| word & bit(*number) != 0)
        })
    }
}

const fn bit(number: usize) -> u64 {
    1 << (number % BITS)
}
