//! What a lock says of one route, for a test that sends requests to it.

use super::{AccessLock, Callers};

/// Whom a route admits.
#[derive(Clone, Debug)]
pub(crate) struct Expected {
    /// Without a hierarchy.
    pub(crate) callers: Callers,
    pub(crate) hides: bool,
    /// Nothing is refused, whatever the policy says.
    pub(crate) report_only: bool,
    /// As its attribute.
    pub(crate) policy: String,
}

impl AccessLock {
    /// What is expected of a route, if the lock has it.
    pub(crate) fn expected(&self, method: &str, path: &str) -> Option<Expected> {
        let row = self.rows.iter().find(|row| row.method == method && row.path == path)?;
        Some(Expected {
            callers: self.callers(row),
            hides: row.access.refusal.hidden,
            report_only: row.access.is_report_only(),
            policy: row.access.to_string(),
        })
    }
}
