//! Time that is moved by hand.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use jwt_guard::setup::Clock;
use tokio::sync::watch;

/// The second at which a [`ManualClock`] starts, in January 2027.
pub const NOW: u64 = 1_800_000_000;

/// A clock that stands still until it is moved, and counts how often it is read. Clones are the same clock.
#[derive(Clone, Debug)]
pub struct ManualClock(Arc<State>);

#[derive(Debug)]
struct State {
    /// In milliseconds; moving the time wakes the tasks that wait for it.
    time: watch::Sender<u64>,
    reads: AtomicU64,
}

impl ManualClock {
    /// A clock at [`NOW`].
    #[must_use]
    pub fn new() -> Self {
        Self(Arc::new(State { time: watch::Sender::new(0), reads: AtomicU64::new(0) }))
    }

    /// Moves the clock on.
    pub fn advance(&self, by: Duration) {
        let by = u64::try_from(by.as_millis()).expect("tests move by minutes");
        self.0.time.send_modify(|time| *time += by);
    }

    /// How often the time was asked for. A guard asks once for each token whose signature is good.
    #[must_use]
    pub fn reads(&self) -> u64 {
        self.0.reads.load(Ordering::SeqCst)
    }
}

impl Default for ManualClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for ManualClock {
    fn now(&self) -> SystemTime {
        self.0.reads.fetch_add(1, Ordering::SeqCst);
        SystemTime::UNIX_EPOCH + Duration::from_secs(NOW) + self.monotonic()
    }

    fn monotonic(&self) -> Duration {
        Duration::from_millis(*self.0.time.borrow())
    }

    fn sleep_until(&self, time: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        let mut moves = self.0.time.subscribe();
        Box::pin(async move {
            if moves.wait_for(|now| Duration::from_millis(*now) >= time).await.is_err() {
                // It cannot be moved any more.
                std::future::pending::<()>().await;
            }
        })
    }
}
