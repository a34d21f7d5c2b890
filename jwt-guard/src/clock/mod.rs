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

    /// A time that is not before the current one, and at most 20 ms after it: a remembered token is used if it is good even then,
    /// and else verified again. By default [`now`](Self::now), which is right for every clock. [`SystemClock`] on Linux reads a clock in
    /// steps of at most 10 ms, which is cheaper, and adds 20 ms.
    ///
    /// Override it only with a time that is never before `now`: by an earlier one, remembered tokens outlive their end.
    fn at_latest(&self) -> SystemTime {
        self.now()
    }

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

    #[cfg(any(target_os = "linux", target_os = "android"))]
    fn at_latest(&self) -> SystemTime {
        let known = steps::read(steps::ClockId::RealtimeCoarse);
        // Two steps, because one may come late.
        SystemTime::UNIX_EPOCH.checked_add(known.saturating_add(MARGIN)).unwrap_or_else(|| self.now())
    }
}

impl<C: Clock + ?Sized> Clock for std::sync::Arc<C> {
    fn now(&self) -> SystemTime {
        (**self).now()
    }

    fn at_latest(&self) -> SystemTime {
        (**self).at_latest()
    }

    fn monotonic(&self) -> Duration {
        (**self).monotonic()
    }

    fn sleep_until(&self, time: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        (**self).sleep_until(time)
    }
}

/// The most that [`Clock::at_latest`] is after the current time.
pub(crate) const MARGIN: Duration = Duration::from_millis(20);

/// The longest step of the clock of Linux: a tick of a kernel with 100 of them in a second.
const STEP: Duration = Duration::from_millis(10);

#[cfg(any(target_os = "linux", target_os = "android"))]
pub(crate) fn monotonic() -> Duration {
    use steps::ClockId::MonotonicCoarse;

    static START: LazyLock<Duration> = LazyLock::new(|| steps::read(MonotonicCoarse));
    let start = *START;
    steps::read(MonotonicCoarse).saturating_sub(start)
}

/// Clocks of Linux that stand still between two ticks. To read one does not wait for loads from memory.
#[cfg(any(target_os = "linux", target_os = "android"))]
mod steps {
    use std::time::Duration;

    pub(super) use rustix::time::ClockId;
    use rustix::time::clock_gettime;

    /// The time since the beginning of a clock; zero before it.
    pub(super) fn read(clock: ClockId) -> Duration {
        clock_gettime(clock).try_into().unwrap_or_default()
    }
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

    #[test]
    fn the_latest_time_of_any_handle_is_soon_after_the_current_one() {
        #[derive(Debug)]
        struct Other;

        impl Clock for Other {
            fn now(&self) -> SystemTime {
                SystemTime::UNIX_EPOCH + Duration::from_secs(NOW)
            }
        }

        let shared: std::sync::Arc<dyn Clock> = std::sync::Arc::new(SystemClock);
        for clock in [&SystemClock as &dyn Clock, &shared, &std::sync::Arc::new(SystemClock)] {
            // A second is room for a machine that stops between the two readings.
            let (now, latest) = (clock.now(), clock.at_latest());
            let apart = latest.duration_since(now).unwrap_or_else(|earlier| earlier.duration());
            assert!(apart < Duration::from_secs(1), "{apart:?}");
        }
        assert_eq!(Other.at_latest(), Other.now());
    }

    #[test]
    fn a_handle_has_the_latest_time_of_its_clock() {
        #[derive(Debug)]
        struct Ahead;

        impl Clock for Ahead {
            fn now(&self) -> SystemTime {
                SystemTime::UNIX_EPOCH
            }

            fn at_latest(&self) -> SystemTime {
                SystemTime::UNIX_EPOCH + MARGIN
            }
        }

        let shared: std::sync::Arc<dyn Clock> = std::sync::Arc::new(Ahead);
        assert_eq!(std::sync::Arc::new(Ahead).at_latest(), Ahead.at_latest());
        assert_eq!(std::sync::Arc::new(shared).at_latest(), Ahead.at_latest());
    }

    #[cfg(any(target_os = "linux", target_os = "android"))]
    #[test]
    fn a_step_is_read_as_late_as_the_exact_clock_may_be() {
        let known = steps::read(steps::ClockId::RealtimeCoarse);
        let latest = SystemClock.at_latest().duration_since(SystemTime::UNIX_EPOCH).unwrap();
        assert!(latest >= known + MARGIN);
    }
}
