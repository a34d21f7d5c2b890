//! Where the time comes from: the only file that reads the system clock.

use std::fmt;
use std::time::SystemTime;

/// The source of the current time for `exp`, `nbf` and `iat`.
///
/// Replace it in tests, so that time moves by hand; [`SystemClock`] is the default.
///
/// ```
/// use std::time::{Duration, SystemTime};
///
/// #[derive(Debug)]
/// struct Fixed;
///
/// impl jwt_guard::Clock for Fixed {
///     fn now(&self) -> SystemTime {
///         SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000)
///     }
/// }
/// ```
pub trait Clock: fmt::Debug + Send + Sync + 'static {
    /// The current time.
    fn now(&self) -> SystemTime;
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
}

#[cfg(test)]
pub(crate) use hand::{Hand, NOW};

#[cfg(test)]
mod hand {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::time::{Duration, SystemTime};

    use super::Clock;

    /// Where a new [`Hand`] stands, in seconds since 1970.
    pub(crate) const NOW: u64 = 1_800_000_000;

    /// A clock that is moved by hand, in milliseconds. Clones move together.
    #[derive(Clone, Debug)]
    pub(crate) struct Hand(Arc<AtomicU64>);

    impl Hand {
        pub(crate) fn new() -> Self {
            Self(Arc::new(AtomicU64::new(NOW * 1000)))
        }

        pub(crate) fn advance(&self, duration: Duration) {
            self.0.fetch_add(duration.as_millis() as u64, Ordering::SeqCst);
        }
    }

    impl Clock for Hand {
        fn now(&self) -> SystemTime {
            SystemTime::UNIX_EPOCH + Duration::from_millis(self.0.load(Ordering::SeqCst))
        }
    }
}
