//! Points in time for stores: whole milliseconds since 1970, in memory, in a file and on a server.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

/// The end of the year 9999. It fits into a double, the only number type of Lua scripts on a server.
const LAST: u64 = 253_402_300_799_999;

/// This time plus a duration, at most the end of the year 9999.
pub(crate) fn later(time: SystemTime, by: Duration) -> SystemTime {
    let last = || UNIX_EPOCH.checked_add(Duration::from_millis(LAST));
    time.checked_add(by).or_else(last).unwrap_or(time)
}

/// The first whole minute at or after this time.
pub(crate) fn whole_minute(time: SystemTime) -> SystemTime {
    const MINUTE: u64 = 60;
    let seconds = time.duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos().div_ceil(1_000_000_000);
    let minutes = u64::try_from(seconds).unwrap_or(u64::MAX).div_ceil(MINUTE);
    UNIX_EPOCH.checked_add(Duration::from_secs(minutes.saturating_mul(MINUTE))).unwrap_or(time)
}

/// Milliseconds since 1970, at most the end of the year 9999.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "u64", into = "u64")]
pub(crate) struct Timestamp(u64);

impl Timestamp {
    #[cfg(any(feature = "sessions", feature = "store-file", test))]
    pub(crate) const LAST: Self = Self(LAST);

    /// The last whole millisecond at or before `time`. For the present, and for `iat`.
    pub(crate) fn floor(time: SystemTime) -> Self {
        Self::from_millis(time.duration_since(UNIX_EPOCH).map_or(0, millis))
    }

    /// The first whole millisecond at or after `time`. For ends and cut-offs: rounding must not let a token through.
    pub(crate) fn ceil(time: SystemTime) -> Self {
        let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
        let rest = u64::from(!since.subsec_nanos().is_multiple_of(1_000_000));
        Self::from_millis(millis(since).saturating_add(rest))
    }

    pub(crate) fn from_millis(millis: u64) -> Self {
        Self(millis.min(LAST))
    }

    pub(crate) const fn as_millis(self) -> u64 {
        self.0
    }

    pub(crate) fn plus(self, duration: Duration) -> Self {
        Self::from_millis(self.0.saturating_add(millis(duration)))
    }
}

impl From<u64> for Timestamp {
    fn from(millis: u64) -> Self {
        Self::from_millis(millis)
    }
}

impl From<Timestamp> for u64 {
    fn from(timestamp: Timestamp) -> Self {
        timestamp.as_millis()
    }
}

fn millis(duration: Duration) -> u64 {
    duration.as_secs().saturating_mul(1000).saturating_add(u64::from(duration.subsec_millis()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounding_is_to_the_side_that_refuses() {
        let time = UNIX_EPOCH + Duration::from_micros(1_500);
        assert_eq!(Timestamp::floor(time).as_millis(), 1);
        assert_eq!(Timestamp::ceil(time).as_millis(), 2);
        assert_eq!(Timestamp::ceil(UNIX_EPOCH + Duration::from_millis(2)).as_millis(), 2);
    }

    #[test]
    fn a_time_moved_beyond_what_the_system_knows_is_the_year_9999() {
        let now = UNIX_EPOCH + Duration::from_secs(1_800_000_000);
        assert_eq!(later(now, Duration::from_secs(1)), now + Duration::from_secs(1));
        assert_eq!(later(now, Duration::MAX), UNIX_EPOCH + Duration::from_millis(LAST));
    }

    #[test]
    fn a_minute_is_never_earlier_and_stays_a_minute() {
        let at = |millis| UNIX_EPOCH + Duration::from_millis(millis);
        for (time, minute) in [(0, 0), (1, 60_000), (59_999, 60_000), (60_000, 60_000), (60_001, 120_000)] {
            assert_eq!(whole_minute(at(time)), at(minute), "{time}");
        }
    }

    #[test]
    fn moments_out_of_range_stop_at_the_ends() {
        assert_eq!(Timestamp::floor(UNIX_EPOCH - Duration::from_secs(1)).as_millis(), 0);
        assert_eq!(Timestamp::ceil(UNIX_EPOCH + Duration::from_secs(1 << 60)).as_millis(), LAST);
        assert_eq!(Timestamp::from_millis(LAST).plus(Duration::MAX).as_millis(), LAST);
    }
}
