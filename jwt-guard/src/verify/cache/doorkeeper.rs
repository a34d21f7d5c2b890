//! Lets a token in at its second sight.
//!
//! A token that comes once must neither push out one that comes often nor cost the memory of an entry. So only its
//! fingerprint is noted, and a token whose fingerprint is there is remembered. That decides what is remembered, never what is valid:
//! of two tokens with one fingerprint the second is remembered one sight too early.

use std::sync::atomic::{AtomicU32, Ordering};

use super::tag;
use crate::random;

pub(super) struct Doorkeeper {
    /// The fingerprints of the last tokens that chose each place. Others overwrite them: such a token waits for one sight more.
    places: Box<[AtomicU32]>,
    /// Random, so that a caller with many valid tokens cannot aim at one place.
    factor: u64,
}

/// The memory of the cache for one place.
const BYTES_OF_CACHE: usize = 512;

/// More would leave the caches of a processor.
const MOST_PLACES: usize = 1 << 16;

impl Doorkeeper {
    /// As many places as suit a cache of this memory: several for each token.
    pub(super) fn of_cache(bytes: usize) -> Self {
        let places = (bytes / BYTES_OF_CACHE).clamp(1, MOST_PLACES).next_power_of_two();
        Self { places: (0..places).map(|_| AtomicU32::new(0)).collect(), factor: random::seed() | 1 }
    }

    /// The memory that it takes.
    pub(super) fn bytes(&self) -> usize {
        size_of_val(&*self.places)
    }

    /// Whether the token was seen before. It is now.
    pub(super) fn has_seen(&self, token: &[u8]) -> bool {
        let mixed = tag(token).wrapping_mul(self.factor);
        // The highest bits depend on every bit of the tag, the lowest on the lowest.
        let place = usize::try_from(mixed >> u32::BITS).unwrap_or_default() & (self.places.len() - 1);
        let fingerprint = mixed as u32;
        let seen = |place: &AtomicU32| place.swap(fingerprint, Ordering::Relaxed) == fingerprint;
        self.places.get(place).is_some_and(seen)
    }

    pub(super) fn clear(&self) {
        self.places.iter().for_each(|place| place.store(0, Ordering::Relaxed));
    }
}
