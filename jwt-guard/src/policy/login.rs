//! What a policy asks of the login of a person: step-up authentication (RFC 9470).

use std::borrow::Cow;
use std::time::Duration;

use crate::claims::numeric_date::NumericDate;

/// The login that a token must come from. The default asks for nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct LoginNeed {
    /// The token was issued by the login itself.
    pub(super) fresh: bool,
    /// The longest time since the login.
    pub(super) max_age: Option<Duration>,
    /// One of these values of `acr`, in the order of preference; `None` if any will do.
    pub(super) acr: Option<Cow<'static, [&'static str]>>,
}

/// The time of a decision.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DecisionTime {
    pub(crate) now: NumericDate,
    /// The accepted difference between the clocks of issuer and guard.
    pub(crate) leeway: Duration,
}

impl LoginNeed {
    pub(super) const NOTHING: Self = Self { fresh: false, max_age: None, acr: None };

    pub(crate) fn fresh() -> Self {
        Self { fresh: true, ..Self::default() }
    }

    pub(super) fn max_age(most: Duration) -> Self {
        Self { max_age: Some(most), ..Self::default() }
    }

    pub(super) fn acr(values: &'static [&'static str]) -> Self {
        Self { acr: Some(Cow::Borrowed(values)), ..Self::default() }
    }

    pub(super) fn is_nothing(&self) -> bool {
        let Self { fresh, max_age, acr } = self;
        !fresh && max_age.is_none() && acr.is_none()
    }

    /// Whether a login can be like this: it has one value of `acr`.
    pub(super) fn is_possible(&self) -> bool {
        self.acr.as_ref().is_none_or(|values| !values.is_empty())
    }

    /// A login that both ask for.
    pub(super) fn and(&self, other: &Self) -> Self {
        let acr = match (&self.acr, &other.acr) {
            (Some(one), Some(two)) => Some(one.iter().copied().filter(|value| two.contains(value)).collect()),
            (one, two) => one.as_ref().or(two.as_ref()).cloned(),
        };
        let ages = self.max_age.into_iter().chain(other.max_age);
        Self { fresh: self.fresh || other.fresh, max_age: ages.min(), acr }
    }

    /// What both ask for at least.
    pub(super) fn common(&self, other: &Self) -> Self {
        let acr = self.acr.as_ref().zip(other.acr.as_ref()).map(|(one, two)| {
            let more = two.iter().copied().filter(|value| !one.contains(value));
            one.iter().copied().chain(more).collect()
        });
        let max_age = self.max_age.zip(other.max_age).map(|(one, two)| one.max(two));
        Self { fresh: self.fresh && other.fresh, max_age, acr }
    }
}

impl DecisionTime {
    /// Whether a login at `auth_time` is at most `most` ago; `None` if it would be in the future, or after
    /// the token was issued that says so: then one of the dates is wrong, and would become a recent one by
    /// waiting.
    pub(super) fn is_recent(
        self,
        auth_time: NumericDate,
        issued_at: Option<NumericDate>,
        most: Duration,
    ) -> Option<bool> {
        let Self { now, leeway } = self;
        let latest = issued_at.map_or(now, |issued_at| now.min(issued_at));
        (auth_time <= latest.plus(leeway)).then(|| now <= auth_time.plus(most).plus(leeway))
    }
}

/// A duration as the attribute writes it: a number of its largest unit.
pub(super) fn written(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let units = [(86_400, 'd'), (3_600, 'h'), (60, 'm')];
    let unit = units.into_iter().find(|(length, _)| seconds > 0 && seconds.is_multiple_of(*length));
    let (length, unit) = unit.unwrap_or((1, 's'));
    format!("{}{unit}", seconds / length)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Json;

    fn date(seconds: u64) -> NumericDate {
        NumericDate::from_json(&Json::Unsigned(seconds)).unwrap()
    }

    #[test]
    fn an_age_counts_up_to_its_limit_with_the_leeway_at_both_ends() {
        let [minute, leeway] = [60, 30].map(Duration::from_secs);
        let moment = DecisionTime { now: date(1_000), leeway };
        for (auth_time, answer) in [
            (0, Some(false)),
            (909, Some(false)),
            (910, Some(true)),
            (1_000, Some(true)),
            (1_030, Some(true)),
            (1_031, None),
        ] {
            assert_eq!(moment.is_recent(date(auth_time), None, minute), answer, "{auth_time}");
        }
    }

    #[test]
    fn a_login_after_its_token_was_issued_does_not_become_a_recent_one() {
        let [minute, leeway] = [60, 30].map(Duration::from_secs);
        let moment = DecisionTime { now: date(1_000), leeway };
        for (auth_time, issued_at, answer) in
            [(1_000, 970, Some(true)), (1_000, 969, None), (900, 800, None), (100, 100, Some(false))]
        {
            let issued_at = Some(date(issued_at));
            assert_eq!(moment.is_recent(date(auth_time), issued_at, minute), answer, "{auth_time}");
        }
    }

    #[test]
    fn both_logins_at_once_are_the_stricter_of_each_kind() {
        let [short, long] = [60, 600].map(Duration::from_secs);
        let one = LoginNeed { max_age: Some(long), ..LoginNeed::acr(&["gold", "silver"]) };
        let two = LoginNeed { max_age: Some(short), fresh: true, ..LoginNeed::acr(&["bronze", "silver"]) };
        let both = LoginNeed { max_age: Some(short), fresh: true, ..LoginNeed::acr(&["silver"]) };
        assert_eq!(one.and(&two), both);
        assert_eq!(one.and(&LoginNeed::default()), one);
        assert!(!LoginNeed::acr(&["gold"]).and(&LoginNeed::acr(&["silver"])).is_possible());
        let least = LoginNeed { max_age: Some(long), ..LoginNeed::acr(&["gold", "silver", "bronze"]) };
        assert_eq!(one.common(&two), least);
        assert!(one.common(&LoginNeed::default()).is_nothing());
    }

    #[test]
    fn a_duration_is_written_in_its_largest_unit() {
        for (seconds, text) in
            [(0, "0s"), (1, "1s"), (90, "90s"), (600, "10m"), (5_400, "90m"), (7_200, "2h"), (172_800, "2d")]
        {
            assert_eq!(written(Duration::from_secs(seconds)), text);
        }
    }
}
