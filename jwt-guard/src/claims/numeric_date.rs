//! Points in time in the form of tokens.

use std::fmt;
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

/// In UTC, as RFC 3339 writes it, without the fraction of a second.
impl fmt::Display for NumericDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_secs();
        let (days, rest) = (seconds / 86_400, seconds % 86_400);
        let (year, month, day) = civil(days);
        let (hour, minute, second) = (rest / 3_600, rest / 60 % 60, rest % 60);
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
    }
}

/// The date of a day since 1970, in the Gregorian calendar: years begin in March, so that the leap day ends one, and
/// 400 of them are one era.
const fn civil(days: u64) -> (u64, u64, u64) {
    // From March of the year 0.
    let days = days.saturating_add(719_468);
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let (month, late) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    (year_of_era + era * 400 + late, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_shown_as_rfc_3339_writes_it() {
        for (seconds, shown) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_399, "2000-02-28T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_800_000_000, "2027-01-15T08:00:00Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
            (LATEST, "9999-12-31T23:59:59Z"),
        ] {
            assert_eq!(NumericDate(Duration::from_secs(seconds)).to_string(), shown);
        }
        // The latest one that arithmetic can reach.
        assert!(NumericDate(Duration::MAX).to_string().ends_with('Z'));
    }

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
