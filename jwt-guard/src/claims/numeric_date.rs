//! Points in time in the form of tokens.

use std::time::{Duration, SystemTime};

use crate::json::Json;

/// Seconds since 1970-01-01T00:00:00Z, with fractions (RFC 7519 section 2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct NumericDate(Duration);

/// The last second of the year 9999. Later values are mistakes (milliseconds, `u64::MAX`), and would overflow the clock
/// of some systems.
const LATEST: u64 = 253_402_300_799;

impl NumericDate {
    /// Reads a claim: a finite number that is not negative and not after the year 9999.
    pub(crate) fn from_json(value: &Json<'_>) -> Option<Self> {
        let since = match *value {
            Json::Unsigned(seconds) => Duration::from_secs(seconds),
            Json::Float(seconds) => Duration::try_from_secs_f64(seconds).ok()?,
            _ => return None,
        };
        (since.as_secs() <= LATEST).then_some(Self(since))
    }

    /// Converts the time of a clock; `None` before 1970.
    pub(crate) fn from_system(time: SystemTime) -> Option<Self> {
        time.duration_since(SystemTime::UNIX_EPOCH).ok().map(Self)
    }

    /// The same point in time, for the application.
    pub(crate) fn to_system(self) -> SystemTime {
        // `LATEST` can be represented on every supported system; the fallback is never later than the true time.
        SystemTime::UNIX_EPOCH.checked_add(self.0).unwrap_or(SystemTime::UNIX_EPOCH)
    }

    /// This point moved later; saturates.
    pub(crate) fn plus(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(duration))
    }

    /// The time from `earlier` to this point; `None` when `earlier` is later.
    pub(crate) fn since(self, earlier: Self) -> Option<Duration> {
        self.0.checked_sub(earlier.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_finite_numbers_from_1970_to_9999_are_dates() {
        assert_eq!(NumericDate::from_json(&Json::Unsigned(5)), Some(NumericDate(Duration::from_secs(5))));
        assert_eq!(NumericDate::from_json(&Json::Float(0.5)), Some(NumericDate(Duration::from_millis(500))));
        assert!(NumericDate::from_json(&Json::Unsigned(LATEST)).is_some());
        for value in [
            Json::Unsigned(LATEST + 1),
            Json::Unsigned(u64::MAX),
            Json::Signed(-1),
            Json::Float(-0.5),
            Json::Float(1e300),
            Json::Float(f64::INFINITY),
            Json::Float(f64::NAN),
            Json::Text("5".into()),
            Json::Bool(true),
            Json::Null,
            Json::List(vec![Json::Unsigned(5)]),
        ] {
            assert_eq!(NumericDate::from_json(&value), None, "{value:?}");
        }
    }

    #[test]
    fn a_clock_before_1970_has_no_date() {
        assert_eq!(NumericDate::from_system(SystemTime::UNIX_EPOCH - Duration::from_secs(1)), None);
        let date = NumericDate::from_system(SystemTime::UNIX_EPOCH + Duration::from_secs(7)).unwrap();
        assert_eq!(date.to_system(), SystemTime::UNIX_EPOCH + Duration::from_secs(7));
    }

    #[test]
    fn arithmetic_saturates() {
        let latest = NumericDate(Duration::MAX);
        assert_eq!(latest.plus(Duration::from_secs(1)), latest);
        assert_eq!(NumericDate(Duration::ZERO).since(latest), None);
    }
}
