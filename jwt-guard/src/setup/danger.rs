//! The settings that weaken a guard.

use std::fmt;

use super::Builder;

/// Settings that weaken a guard. Each documents what must protect you instead.
#[must_use = "pass through one of the methods to go on"]
pub struct Danger<K, A>(pub(super) Builder<K, A>);

impl<K, A> Builder<K, A> {
    /// Gives access to settings that weaken the guard, so that a search for `danger` finds every use.
    pub fn danger(self) -> Danger<K, A> {
        Danger(self)
    }
}

impl<K, A> Danger<K, A> {
    /// Records the reason for a weakening.
    pub(super) fn with_reason(mut self, what: &'static str, reason: impl Into<String>) -> Builder<K, A> {
        self.0.draft.danger_reasons.push((what, reason.into()));
        self.0
    }
}

impl<K, A> fmt::Debug for Danger<K, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Danger").field(&self.0.draft).finish()
    }
}
