//! One change of a session at a time, within this process.
//!
//! The trait of stores has no compare-and-set. Without turns, a request that only records the last use would write back
//! a payload that another request has just replaced. This does not help against other processes; the mark of an ended
//! session does.

use tokio::sync::{Mutex, MutexGuard};
use tower_sessions_core::session::Id;

/// Sessions that share a lock wait for each other once a minute; this many make that rare.
const LOCKS: u128 = 256;

pub(super) struct Turns(Box<[Mutex<()>]>);

impl Turns {
    pub(super) fn new() -> Self {
        Self((0..LOCKS).map(|_| Mutex::new(())).collect())
    }

    /// Waits until no other task changes the session.
    pub(super) async fn take(&self, session: &Id) -> Option<MutexGuard<'_, ()>> {
        // Ids are hashes, so any bits will do.
        let index = usize::try_from(session.0.cast_unsigned() % LOCKS).ok()?;
        Some(self.0.get(index)?.lock().await)
    }
}
