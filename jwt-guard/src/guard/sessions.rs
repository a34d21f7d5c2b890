//! The sessions of a guard.

use super::JwtGuard;
use crate::session::Sessions;

impl JwtGuard {
    /// The sessions of this guard: to create one at a login, and to end it.
    pub fn sessions(&self) -> Option<&Sessions> {
        self.config().sessions.as_ref()
    }
}
