//! The settings of sessions.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tower_sessions_core::SessionStore;

use super::Sessions;
use super::cookie::SessionCookie;
use super::record::Kept;
use super::records::Records;
use super::turns::Turns;
use crate::clock::{Clock, SystemClock};
use crate::problems::{ConfigError, Problems};
use crate::timestamp::Timestamp;

/// Settings of [`Sessions`]; every one has a default.
#[must_use = "a builder does nothing until it is built"]
pub struct SessionsBuilder {
    records: Records,
    limits: SessionLimits,
    cookie: SessionCookie,
    header: Option<String>,
    clock: Arc<dyn Clock>,
}

/// The limits of sessions.
#[derive(Clone, Copy, Debug)]
pub(super) struct SessionLimits {
    idle: Duration,
    absolute: Duration,
    fresh_for: Duration,
    pub(super) rotation_grace: Duration,
}

const MINUTE: Duration = Duration::from_secs(60);

/// The longest lifetime of a session or its cookie: a year. Browsers do not keep cookies much longer either.
pub(super) const LONGEST: Duration = Duration::from_secs(366 * 24 * 60 * 60);

/// As for refresh tokens: a request that takes longer than this has failed.
const LONGEST_GRACE: Duration = MINUTE;

impl SessionsBuilder {
    pub(super) fn new(store: impl SessionStore) -> Self {
        Self {
            records: Records::new(store),
            limits: SessionLimits {
                idle: MINUTE * 30,
                absolute: MINUTE * 60 * 12,
                fresh_for: MINUTE * 15,
                rotation_grace: Duration::from_secs(10),
            },
            cookie: SessionCookie::new(),
            header: None,
            clock: Arc::new(SystemClock),
        }
    }

    /// How long a session lives without being used. 30 minutes by default: for at most that long, the next person at a
    /// browser that was left open can use it. The limit cannot be disabled; 366 days at most.
    pub fn idle_timeout(mut self, timeout: Duration) -> Self {
        self.limits.idle = timeout;
        self
    }

    /// How long a session lives, used or not. 12 hours by default: a day's work, and the most for which a stolen id
    /// works. The limit cannot be disabled; 366 days at most. A shorter limit than at its login ends a session earlier; a longer
    /// one, of the next version of the service or of another service on the store, concerns only the sessions that it begins.
    pub fn absolute_lifetime(mut self, lifetime: Duration) -> Self {
        self.limits.absolute = lifetime;
        self
    }

    /// How long after its login a session is fresh, for handlers that need a recent login (`#[requires(fresh)]`). 15
    /// minutes by default, as long as an access token lives; zero means never, 366 days is the most. Neither use nor a
    /// rotation makes a session fresh again; only a new login does, with a new session.
    pub fn fresh_for(mut self, time: Duration) -> Self {
        self.limits.fresh_for = time;
        self
    }

    /// How long after a rotation a use of the old id does not end the session. It is refused either way. 10 seconds by
    /// default, for requests that a page sent before it had the new id; one minute at most. With zero, such a request
    /// logs the user out. The clocks of the machines that share the store must agree within the grace: for a machine whose
    /// clock differs by that much, such a request ends the session.
    pub fn rotation_grace(mut self, grace: Duration) -> Self {
        self.limits.rotation_grace = grace;
        self
    }

    /// The cookie that carries the id. The defaults of [`SessionCookie`] are strict.
    pub fn cookie(mut self, cookie: SessionCookie) -> Self {
        self.cookie = cookie;
        self
    }

    /// A header that carries the id too, for clients without cookies, such as `X-Session-Id`. None by default. Its
    /// whole value is the id. The origin of a request with it is not checked: another site cannot send it unless this
    /// service allows that (CORS). The name is checked when the guard is built.
    pub fn header(mut self, name: impl Into<String>) -> Self {
        self.header = Some(name.into());
        self
    }

    /// The source of time. The system clock by default. Most stores use the system clock to forget sessions, so another
    /// clock can end sessions earlier, but not later.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// The sessions.
    ///
    /// # Errors
    ///
    /// `idle_timeout` or `absolute_lifetime` is shorter than a second, one of these or `fresh_for` is longer than 366 days,
    /// `idle_timeout` is longer than `absolute_lifetime`, `rotation_grace` is longer than a minute, or the name or the age of
    /// the cookie is illegal. The error lists all problems.
    pub fn build(self) -> Result<Sessions, ConfigError> {
        let mut problems = Problems::default();
        for (name, limit) in [("idle_timeout", self.limits.idle), ("absolute_lifetime", self.limits.absolute)]
        {
            if limit < Duration::from_secs(1) {
                problems.setting(format!(
                    "sessions: `{name}` is {limit:?}: expected at least a second, since every session ends"
                ));
            }
        }
        for (name, limit, longest, words) in [
            ("idle_timeout", self.limits.idle, LONGEST, "366 days"),
            ("absolute_lifetime", self.limits.absolute, LONGEST, "366 days"),
            ("fresh_for", self.limits.fresh_for, LONGEST, "366 days"),
            ("rotation_grace", self.limits.rotation_grace, LONGEST_GRACE, "a minute"),
        ] {
            if limit > longest {
                problems.setting(format!("sessions: `{name}` is {limit:?}: expected at most {words}"));
            }
        }
        if self.limits.idle > self.limits.absolute {
            problems.setting(format!(
                "sessions: `idle_timeout` is {:?} and `absolute_lifetime` is {:?}: an idle session cannot outlive a used one",
                self.limits.idle, self.limits.absolute
            ));
        }
        self.cookie.check(LONGEST, &mut problems);
        problems.or(self.unchecked())
    }

    /// Makes the sessions from valid settings.
    pub(super) fn unchecked(self) -> Sessions {
        let Self { records, limits, cookie, header, clock } = self;
        Sessions(Arc::new(super::SessionsInner {
            records,
            limits,
            cookie,
            header,
            clock,
            turns: Turns::new(),
        }))
    }
}

impl SessionLimits {
    /// When a session ends if it is not used again.
    pub(super) fn end(self, kept: &Kept) -> Timestamp {
        kept.last_seen.plus(self.idle).min(kept.created_at.plus(self.absolute.min(kept.lifetime)))
    }

    /// Whether the login was not long ago.
    pub(super) fn is_fresh(self, kept: &Kept, now: Timestamp) -> bool {
        let login = kept.login.auth_time.map_or(kept.created_at, |time| time.min(kept.created_at));
        now.since(login) < self.fresh_for
    }

    /// Whether to write the last use of a session: after a minute, or after a tenth of the idle time if that is less
    /// than ten minutes, so that a session in use does not seem idle.
    pub(super) fn is_due(self, kept: &Kept, now: Timestamp) -> bool {
        now.since(kept.last_seen) >= MINUTE.min(self.idle / 10)
    }

    /// The absolute limit of a session that begins.
    pub(super) fn lifetime(self) -> Duration {
        self.absolute
    }

    /// Until when to keep a mark on a session: until it cannot live by any settings, plus an hour for different clocks.
    pub(super) fn mark_end(kept: &Kept) -> Timestamp {
        kept.created_at.plus(kept.lifetime).plus(MINUTE * 60)
    }

    /// The same for a mark on all sessions that exist at `now`: another service may let its sessions live longer.
    pub(super) fn generation_end(now: Timestamp) -> Timestamp {
        now.plus(LONGEST).plus(MINUTE * 60)
    }
}

impl fmt::Debug for SessionsBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionsBuilder")
            .field("limits", &self.limits)
            .field("cookie", &self.cookie)
            .finish_non_exhaustive()
    }
}
