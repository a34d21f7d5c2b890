//! Lets a token in at its second sight.
//!
//! A token that comes once must neither push out one that comes often nor cost the memory of an entry. So
//! only its fingerprint is noted, and a token whose fingerprint is there is remembered. That decides what is
//! remembered, never what is valid: of two tokens with one fingerprint the second is remembered one sight too
//! early.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use super::SoughtToken;
use crate::random;

pub(super) struct Doorkeeper {
    /// The fingerprints of the last tokens that chose each place. Others overwrite them: such a token waits
    /// for one sight more.
    places: OnceLock<Box<[AtomicU32]>>,
    /// How many there are, from the first sight on: an idle guard, of which tenants may be many, takes no memory.
    number: usize,
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
        let number = (bytes / BYTES_OF_CACHE).clamp(1, MOST_PLACES).next_power_of_two();
        Self { places: OnceLock::new(), number, factor: random::factor() }
    }

    /// The most memory that it takes.
    pub(super) fn bytes(&self) -> usize {
        self.number * size_of::<AtomicU32>()
    }

    /// Whether the token was seen before. It is now.
    pub(super) fn has_seen(&self, token: SoughtToken<'_>) -> bool {
        let mixed = token.tag.wrapping_mul(self.factor);
        // A fingerprint is of the lower half, and the place of the next bits, which depend on both halves of the tag.
        let place = usize::try_from(mixed >> u32::BITS).unwrap_or_default() & (self.number - 1);
        let fingerprint = mixed as u32;
        let seen = |place: &AtomicU32| place.swap(fingerprint, Ordering::Relaxed) == fingerprint;
        let places = self.places.get_or_init(|| (0..self.number).map(|_| AtomicU32::new(0)).collect());
        places.get(place).is_some_and(seen)
    }

    pub(super) fn clear(&self) {
        self.places.get().into_iter().flatten().for_each(|place| place.store(0, Ordering::Relaxed));
    }
}

/// Tokens that are kept at their first sight, because a verification costs much more than an entry: as long as those of one
/// lifetime take no more than their part of the memory.
pub(super) struct FirstSights {
    most: u64,
    /// The lifetime that is counted, by its number since the start.
    period: AtomicU64,
    bytes: AtomicU64,
}

impl FirstSights {
    pub(super) fn within(most: u64) -> Self {
        Self { most, period: AtomicU64::new(0), bytes: AtomicU64::new(0) }
    }

    /// Counts an entry of this weight, and says whether it is to be kept.
    pub(super) fn admit(&self, weight: usize, now: Duration, lifetime: Duration) -> bool {
        let period = now.as_nanos().checked_div(lifetime.as_nanos()).unwrap_or_default();
        let period = u64::try_from(period).unwrap_or(u64::MAX);
        if self.period.swap(period, Ordering::Relaxed) != period {
            self.bytes.store(0, Ordering::Relaxed);
        }
        let weight = u64::try_from(weight).unwrap_or(u64::MAX);
        let before =
            self.bytes.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |bytes| bytes.checked_add(weight));
        before.is_ok_and(|before| before <= self.most)
    }
}
