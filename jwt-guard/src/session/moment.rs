//! Moments as sessions keep them: whole milliseconds since 1970.

use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::error::{SessionError, SessionErrorKind};

/// The end of the year 9999, the last that stores can write.
const LAST: u64 = 253_402_300_799_999;

/// Milliseconds since 1970, not after the year 9999.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Moment(u64);

impl Moment {
    /// Reads the time of a clock.
    pub(super) fn of(time: SystemTime) -> Result<Self, SessionError> {
        let since = time.duration_since(SystemTime::UNIX_EPOCH).map_err(|error| wrong().because(error))?;
        let millis = u64::try_from(since.as_millis()).map_err(|error| wrong().because(error))?;
        if millis > LAST { Err(wrong()) } else { Ok(Self(millis)) }
    }

    /// Reads what a store wrote.
    pub(super) fn of_store(date: OffsetDateTime) -> Self {
        let millis = u64::try_from(date.unix_timestamp_nanos().max(0) / NANOS).unwrap_or(LAST);
        Self(millis.min(LAST))
    }

    /// As stores write it.
    pub(super) fn to_store(self) -> Result<OffsetDateTime, SessionError> {
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.0) * NANOS)
            .map_err(|error| wrong().because(error))
    }

    /// This moment moved later, but not after the year 9999.
    pub(super) fn plus(self, duration: Duration) -> Self {
        let millis = u64::try_from(duration.as_millis()).unwrap_or(LAST);
        Self(self.0.saturating_add(millis).min(LAST))
    }

    /// The time from `earlier` to this moment; none where `earlier` is later.
    pub(super) fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(self.0.saturating_sub(earlier.0))
    }

    pub(super) fn seconds(self) -> u64 {
        self.0 / 1000
    }

    pub(super) fn to_system(self) -> SystemTime {
        // Every supported system can represent the year 9999; the fallback is never later than the truth.
        SystemTime::UNIX_EPOCH.checked_add(Duration::from_millis(self.0)).unwrap_or(SystemTime::UNIX_EPOCH)
    }
}

const NANOS: i128 = 1_000_000;

fn wrong() -> SessionError {
    SessionError::new(SessionErrorKind::Clock, "the clock is before 1970 or after 9999: set the clock")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_outside_1970_to_9999_is_an_error() {
        for time in [
            SystemTime::UNIX_EPOCH - Duration::from_secs(1),
            SystemTime::UNIX_EPOCH + Duration::from_millis(LAST + 1),
        ] {
            assert_eq!(Moment::of(time).err().unwrap().kind(), SessionErrorKind::Clock);
        }
        assert!(Moment::of(SystemTime::UNIX_EPOCH + Duration::from_millis(LAST)).is_ok());
    }

    #[test]
    fn every_moment_can_be_stored_and_is_read_back() {
        for millis in [0, 1, 1_800_000_000_123, LAST] {
            let moment = Moment(millis);
            assert!(Moment::of_store(moment.to_store().unwrap()) == moment, "{millis}");
        }
        assert!(Moment(LAST).plus(Duration::MAX) == Moment(LAST));
        assert_eq!(Moment(1).since(Moment(2)), Duration::ZERO);
    }
}
