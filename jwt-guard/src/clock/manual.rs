//! Time that is moved by hand, for tests.

use std::future::{Future, pending};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use tokio::sync::watch;

use super::Clock;

/// The time at which a [`ManualClock`] starts, in seconds since 1970: 2027-01-15T08:00:00Z.
pub const NOW: u64 = 1_800_000_000;

/// A clock that stands still until a test moves it. Clones are the same clock.
///
/// Give it to the guard, and keep a clone. A guard issues its own tokens by the same clock, and waits for nothing: a
/// fetch of keys that is due in an hour begins when the clock is moved by an hour.
///
/// ```
/// use std::time::Duration;
///
/// use jwt_guard::testing::{ManualClock, TestIssuer};
/// use jwt_guard::{Algorithm, JwtGuard, Secret, SigningKey};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let clock = ManualClock::new();
/// let key = SigningKey::secret(Algorithm::Hs256, Secret::random())?;
/// let guard = JwtGuard::builder().signing_key(key).audience("orders").clock(clock.clone()).build()?;
/// let token = TestIssuer::of(&guard).caller("ada").token();
///
/// assert!(guard.verify(&token).await.is_ok());
/// clock.advance(Duration::from_secs(60 * 60));
/// assert!(guard.verify(&token).await.is_err());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct ManualClock(Arc<ManualTime>);

#[derive(Debug)]
struct ManualTime {
    /// The time since the start, in milliseconds. A change wakes the tasks that wait for it.
    time: watch::Sender<u64>,
    reads: AtomicU64,
}

impl ManualClock {
    /// A clock at [`NOW`].
    #[must_use]
    pub fn new() -> Self {
        Self(Arc::new(ManualTime { time: watch::Sender::new(0), reads: AtomicU64::new(0) }))
    }

    /// Moves the clock on, in steps of a millisecond.
    pub fn advance(&self, by: Duration) {
        let by = u64::try_from(by.as_millis()).unwrap_or(u64::MAX);
        self.0.time.send_modify(|time| *time = time.saturating_add(by));
    }

    /// How often the time of day was asked for. A guard asks once for each token whose signature is good, and once more
    /// for one that it has verified just now.
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
                pending::<()>().await;
            }
        })
    }
}
