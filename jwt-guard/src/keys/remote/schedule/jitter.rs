//! Chance as a value, so that the fetches of many services are spread and the rules can be tested.

use std::time::Duration;

/// Jitter: 0 to 1000.
#[derive(Clone, Copy, Debug)]
pub(in crate::keys::remote) struct Jitter(pub(super) u32);

impl Jitter {
    /// From 32 random bits.
    pub(in crate::keys::remote) fn new(random: u32) -> Self {
        Self(random % 1001)
    }

    /// A random part of `whole` between two numbers of thousandths.
    pub(super) fn of(self, whole: Duration, (least, most): (u32, u32)) -> Duration {
        let permille = least.saturating_add(most.saturating_sub(least).saturating_mul(self.0) / 1000);
        whole.saturating_mul(permille) / 1000
    }
}
