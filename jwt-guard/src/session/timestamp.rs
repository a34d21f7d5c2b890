//! Timestamps of sessions: read from a clock, and from the dates of a store.

use std::time::{Duration, SystemTime};

use time::OffsetDateTime;

use super::error::{SessionError, SessionErrorKind};
use crate::timestamp::Timestamp;

impl Timestamp {
    /// Reads the time of a clock. A clock outside 1970 to 9999 is an error here: a session must not begin by a wrong one.
    pub(super) fn of(time: SystemTime) -> Result<Self, SessionError> {
        let since = time.duration_since(SystemTime::UNIX_EPOCH).map_err(|error| wrong().because(error))?;
        let millis = u64::try_from(since.as_millis()).map_err(|error| wrong().because(error))?;
        if millis > Self::LAST.as_millis() { Err(wrong()) } else { Ok(Self::from_millis(millis)) }
    }

    /// Reads what a store wrote.
    pub(super) fn of_store(date: OffsetDateTime) -> Self {
        let millis = u64::try_from(date.unix_timestamp_nanos().max(0) / NANOS);
        millis.map_or(Self::LAST, Self::from_millis)
    }

    /// As stores write it.
    pub(super) fn to_store(self) -> Result<OffsetDateTime, SessionError> {
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.as_millis()) * NANOS)
            .map_err(|error| wrong().because(error))
    }

    /// The time from `earlier` to this one; none where `earlier` is later.
    pub(super) fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(self.as_millis().saturating_sub(earlier.as_millis()))
    }

    pub(super) fn seconds(self) -> u64 {
        self.as_millis() / 1000
    }

    pub(super) fn to_system(self) -> SystemTime {
        // Every supported system can represent the year 9999; the fallback is never later than the truth.
        SystemTime::UNIX_EPOCH
            .checked_add(Duration::from_millis(self.as_millis()))
            .unwrap_or(SystemTime::UNIX_EPOCH)
    }
}

const NANOS: i128 = 1_000_000;

fn wrong() -> SessionError {
    SessionError::new(SessionErrorKind::Clock, "the clock is before 1970 or after 9999: set the clock")
}

#[cfg(test)]
mod tests {
    use super::*;

    const LAST: u64 = Timestamp::LAST.as_millis();

    #[test]
    fn a_clock_outside_1970_to_9999_is_an_error() {
        for time in [
            SystemTime::UNIX_EPOCH - Duration::from_secs(1),
            SystemTime::UNIX_EPOCH + Duration::from_millis(LAST + 1),
        ] {
            assert_eq!(Timestamp::of(time).err().unwrap().kind(), SessionErrorKind::Clock);
        }
        assert!(Timestamp::of(SystemTime::UNIX_EPOCH + Duration::from_millis(LAST)).is_ok());
    }

    #[test]
    fn every_timestamp_can_be_stored_and_is_read_back() {
        for millis in [0, 1, 1_800_000_000_123, LAST] {
            let timestamp = Timestamp::from_millis(millis);
            assert!(Timestamp::of_store(timestamp.to_store().unwrap()) == timestamp, "{millis}");
        }
        assert_eq!(Timestamp::from_millis(1).since(Timestamp::from_millis(2)), Duration::ZERO);
    }
}
