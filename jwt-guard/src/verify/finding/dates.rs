//! Findings about dates: how far off they are, and by which limit.

use std::time::Duration;

use super::super::rules::DateLimits;
use super::Judged;
use crate::shown::{Finding, duration};

impl Judged<'_> {
    fn leeway(&self) -> Duration {
        self.rules().map(|rules| rules.limits.leeway).unwrap_or_default()
    }

    pub(super) fn expiry(&self) -> Finding {
        let (Some(exp), Some(now)) = (self.contents.date("exp"), self.now()) else {
            return Finding::default();
        };
        let ago = now.since(exp).unwrap_or_default();
        let found = format!("`exp` {exp}: {} ago", duration(ago));
        self.clocks(format!("`exp` after {now}"), found, ago)
    }

    pub(super) fn not_before(&self) -> Finding {
        self.in_future("nbf")
    }

    pub(super) fn issued_at(&self) -> Finding {
        self.in_future("iat")
    }

    fn in_future(&self, name: &str) -> Finding {
        let (Some(date), Some(now)) = (self.contents.date(name), self.now()) else {
            return Finding::default();
        };
        let ahead = date.since(now).unwrap_or_default();
        let found = format!("`{name}` {date}: in {}", duration(ahead));
        self.clocks(format!("`{name}` not after {now}"), found, ahead)
    }

    /// A larger leeway helps only up to the longest: what is further off is not a difference of clocks.
    fn clocks(&self, expected: String, found: String, off: Duration) -> Finding {
        let finding =
            Finding::new(format!("{expected}, with a leeway of {}", duration(self.leeway())), found);
        if off < DateLimits::MAX_LEEWAY { finding.by(".leeway(..)") } else { finding }
    }

    pub(super) fn lifetime(&self) -> Finding {
        let longest = self.rules().and_then(|rules| rules.limits.max_lifetime).unwrap_or_default();
        let start = self.contents.date("iat").or_else(|| self.now());
        let lifetime = self.contents.date("exp").zip(start).and_then(|(exp, start)| exp.since(start));
        let from = if self.contents.date("iat").is_some() { "`iat`" } else { "now" };
        let expected = format!("at most {} from {from} to `exp`", duration(longest));
        Finding::new(expected, duration(lifetime.unwrap_or_default())).by(".max_lifetime(..)")
    }

    pub(super) fn age(&self) -> Finding {
        let longest = self.rules().and_then(|rules| rules.limits.max_token_age).unwrap_or_default();
        let age = self.now().zip(self.contents.date("iat")).and_then(|(now, iat)| now.since(iat));
        Finding::new(format!("at most {} since `iat`", duration(longest)), duration(age.unwrap_or_default()))
            .by(".max_token_age(..)")
    }
}
