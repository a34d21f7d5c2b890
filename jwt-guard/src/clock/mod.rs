//! The source of time: the only file that reads the system clock.

#[cfg(any(test, feature = "testing"))]
#[cfg_attr(not(feature = "testing"), expect(dead_code, unreachable_pub, reason = "public with the feature"))]
mod manual;

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::LazyLock;
use std::time::{Duration, SystemTime};

#[cfg(feature = "testing")]
pub use self::manual::{ManualClock, NOW};
#[cfg(all(test, not(feature = "testing")))]
pub(crate) use self::manual::{ManualClock, NOW};

/// The source of the current time for `exp`, `nbf` and `iat`, and for the age of keys and remembered tokens.
///
/// Replace it in tests, so that time moves by hand; [`SystemClock`] is the default.
///
/// ```
/// use std::time::{Duration, SystemTime};
///
/// #[derive(Debug)]
/// struct Fixed;
///
/// impl jwt_guard::setup::Clock for Fixed {
///     fn now(&self) -> SystemTime {
///         SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000)
///     }
/// }
/// ```
pub trait Clock: fmt::Debug + Send + Sync + 'static {
    /// The current time.
    fn now(&self) -> SystemTime;

    /// The time since a fixed moment, on a clock that is never adjusted; an age is a difference of two such times. By
    /// default the monotonic clock of the operating system, since its first use in the process; on Linux in steps of at
    /// most 10 ms, which are cheap to read.
    ///
    /// In a clock for tests, move this one too.
    fn monotonic(&self) -> Duration {
        monotonic()
    }

    /// Waits until [`monotonic`](Self::monotonic) has reached this time. By default with the timer of tokio.
    ///
    /// In a clock for tests, end the wait when time has been moved so far, so that tests of fetched keys need not
    /// sleep.
    fn sleep_until(&self, time: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        let rest = time.saturating_sub(self.monotonic());
        // The end of the wait may be read as up to one step earlier.
        Box::pin(tokio::time::sleep(if rest.is_zero() { rest } else { rest.saturating_add(STEP) }))
    }
}

/// The clock of the operating system.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the file that reads the clock")]
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }
}

impl<C: Clock + ?Sized> Clock for std::sync::Arc<C> {
    fn now(&self) -> SystemTime {
        (**self).now()
    }

    fn monotonic(&self) -> Duration {
        (**self).monotonic()
    }

    fn sleep_until(&self, time: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        (**self).sleep_until(time)
    }
}

/// The longest step of the clock of Linux: a tick of a kernel with 100 of them in a second.
const STEP: Duration = Duration::from_millis(10);

#[cfg(any(target_os = "linux", target_os = "android"))]
pub(crate) fn monotonic() -> Duration {
    use coarsetime::Instant;

    static START: LazyLock<Instant> = LazyLock::new(Instant::now_without_cache_update);
    let start = *START;
    Instant::now_without_cache_update().duration_since(start).into()
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
#[expect(clippy::disallowed_methods, reason = "this is the file that reads the clock")]
pub(crate) fn monotonic() -> Duration {
    use std::time::Instant;

    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    let start = *START;
    Instant::now().saturating_duration_since(start)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_monotonic_time_of_any_handle_is_one_and_never_goes_back() {
        let shared: std::sync::Arc<dyn Clock> = std::sync::Arc::new(SystemClock);
        let times = [SystemClock.monotonic(), shared.monotonic(), std::sync::Arc::new(shared).monotonic()];
        assert!(times.is_sorted(), "{times:?}");
    }
}
