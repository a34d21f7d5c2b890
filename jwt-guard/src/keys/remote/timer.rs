//! The background task that fetches keys before they are old.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::sync::watch;

use super::RemoteKeys;
use super::schedule::{Cause, Moment};
use crate::clock::Clock;
use crate::timing::within;

/// How long the timer waits for a fetch before it asks the schedule again. A longer fetch is lost.
const LOST: Duration = Duration::from_secs(30);

/// The task's weak reference to the keys, which does not keep them alive. When the task ends, with the guard or with
/// its runtime, the next use of the keys may start another one.
pub(super) struct Lease {
    keys: Weak<RemoteKeys>,
    ended: watch::Receiver<u64>,
    clock: Arc<dyn Clock>,
}

impl Lease {
    pub(super) fn new(keys: &Arc<RemoteKeys>) -> Self {
        Self { keys: Arc::downgrade(keys), ended: keys.holder.ended(), clock: Arc::clone(&keys.clock) }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if let Some(keys) = self.keys.upgrade() {
            keys.has_timer.store(false, Ordering::Release);
        }
    }
}

/// Sleeps until a fetch is due, runs it, and starts over. Every finished fetch, whatever its cause, moves the due time.
pub(super) async fn run(mut lease: Lease) {
    loop {
        lease.ended.mark_unchanged();
        let Some(wake) = fetch_if_due(&lease) else { return };
        let mut end = match wake {
            Some(time) => lease.clock.sleep_until(time),
            None => Box::pin(std::future::pending()),
        };
        if let Some(Err(_)) = within(lease.ended.changed(), end.as_mut()).await {
            return;
        }
    }
}

/// When to wake up: `Some(None)` when a fetch ends; `None` means never, because the keys were dropped.
#[expect(clippy::option_option, reason = "the two are read apart at once, by the one caller")]
pub(super) fn fetch_if_due(lease: &Lease) -> Option<Option<Moment>> {
    let keys = lease.keys.upgrade()?;
    let now = keys.clock.monotonic();
    let due = keys.holder.state().schedule.due();
    Some(match due {
        Some(due) if now < due => Some(due),
        Some(_) => keys.begin(Cause::Timer, now).map(|_| now.saturating_add(LOST)),
        None => None,
    })
}
