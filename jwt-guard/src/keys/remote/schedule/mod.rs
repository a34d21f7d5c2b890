//! When keys are fetched, kept and given up: a state machine without clock, chance and network.
//!
//! Time and jitter come in as values, so every rule is a row of a table in `tests.rs`. Whoever holds a [`Schedule`]
//! tells it what happens and does what it answers. Three numbers govern a set of keys: it is fetched again a little
//! before it stops being *fresh*; while that fails it is still served, up to the *hard limit*; and what tokens may cause
//! is bounded by the *cooldown*.

mod missing;

use std::time::Duration;

use self::missing::Missing;

/// A point on the monotonic clock.
pub(super) type Moment = Duration;

/// A set is never fresh for less: no header of an issuer makes the guard ask more often.
pub(super) const SHORTEST_FRESH: Duration = Duration::from_secs(60);

/// A set is never fresh for longer: a key that was withdrawn must not live for a day because of a cache header.
pub(super) const LONGEST_FRESH: Duration = Duration::from_secs(60 * 60);

/// The timer fetches after 70 % to 90 % of the fresh time, so that there is time for a second attempt, and so that the
/// services of one issuer do not all ask at once.
const REFRESH_PERMILLE: (u32, u32) = (700, 900);

/// The first and the longest pause of the timer after failures; each failure doubles it.
const BACK_OFF: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));

/// Pauses after failures vary by a fifth in either direction.
const BACK_OFF_PERMILLE: (u32, u32) = (800, 1200);

/// How soon a call of the application may fetch after another such call. It is not a stranger, but it may be a loop.
const CALLER_COOLDOWN: Duration = Duration::from_secs(5);

/// A fetch is ended by its own time limit long before. One that is not stands in a runtime that nobody drives any more.
const LOST: Duration = Duration::from_secs(30);

/// What is settled when the guard is built.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    pub(super) fresh: Duration,
    pub(super) hard: Duration,
    pub(super) cooldown: Duration,
}

/// Who wants the keys to be fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cause<'a> {
    /// A token that names a key which is not there, or that came while there are no keys.
    Token(Option<&'a str>),
    /// The background task.
    Timer,
    /// The application, because it starts.
    Start,
    /// The application, because it has reason to believe that there are new keys.
    Caller,
}

/// What whoever asked may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// Fetch, as the fetch of this number.
    Start(u64),
    /// Wait for the fetch of this number, which is under way.
    Join(u64),
    /// Neither.
    No,
}

/// What a fetch brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Keys, or the word that they are those that are held; with `max-age`, if the issuer said one.
    Keys(Option<Duration>),
    /// A well-formed list of no keys.
    Empty,
    /// Nothing that can be used.
    Failed,
}

/// What becomes of the keys that are held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    /// They stay, and grow older.
    Keep,
    /// Those that were fetched take their place.
    Replace,
    /// All are withdrawn.
    Withdraw,
    /// The fetch was given up for lost, and another one counts.
    Ignore,
}

/// When the last fetch of each cause began. The budgets are apart: strangers cannot use up that of the timer or of the
/// application, and a rotation just after one of theirs need not wait.
#[derive(Debug, Default)]
struct Attempts {
    token: Option<Moment>,
    timer: Option<Moment>,
    start: Option<Moment>,
    caller: Option<Moment>,
}

impl Attempts {
    fn of(&mut self, cause: Cause<'_>) -> &mut Option<Moment> {
        match cause {
            Cause::Token(_) => &mut self.token,
            Cause::Timer => &mut self.timer,
            Cause::Start => &mut self.start,
            Cause::Caller => &mut self.caller,
        }
    }
}

/// What chance contributes: 0 to 1000.
#[derive(Clone, Copy, Debug)]
pub(super) struct Jitter(u32);

#[derive(Debug)]
pub(super) struct Schedule {
    limits: Limits,
    /// The fetch that is under way: its number, and when it began.
    flight: Option<(u64, Moment)>,
    /// How many fetches were begun.
    fetches: u64,
    /// When the last one began for each cause with a cooldown, whatever became of it.
    last: Attempts,
    /// When the fetch began that brought the keys which are held.
    since: Option<Moment>,
    /// When the timer fetches next.
    due: Option<Moment>,
    /// Failures in a row.
    failures: u32,
    /// The last document was an empty list.
    empty: bool,
    missing: Missing,
}

impl Schedule {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            limits,
            flight: None,
            fetches: 0,
            last: Attempts::default(),
            since: None,
            due: None,
            failures: 0,
            empty: false,
            missing: Missing::default(),
        }
    }

    /// Somebody wants the keys to be fetched.
    pub(super) fn ask(&mut self, cause: Cause<'_>, now: Moment) -> Answer {
        if let Some((number, began)) = self.flight
            && age(began, now) < LOST
        {
            return Answer::Join(number);
        }
        if !self.may_start(cause, now) {
            return Answer::No;
        }
        self.fetches = self.fetches.saturating_add(1);
        self.flight = Some((self.fetches, now));
        *self.last.of(cause) = Some(now);
        Answer::Start(self.fetches)
    }

    fn may_start(&self, cause: Cause<'_>, now: Moment) -> bool {
        let rested = |last: Option<Moment>, pause| last.is_none_or(|last| age(last, now) >= pause);
        match cause {
            Cause::Token(Some(key_id)) if self.has_keys(now) && self.missing.has(key_id, now) => false,
            Cause::Token(_) => rested(self.last.token, self.limits.cooldown),
            Cause::Timer => self.due.is_some_and(|due| due <= now),
            Cause::Start => rested(self.last.start, CALLER_COOLDOWN),
            Cause::Caller => rested(self.last.caller, CALLER_COOLDOWN),
        }
    }

    /// The fetch of this number has ended.
    pub(super) fn finish(&mut self, number: u64, outcome: Outcome, now: Moment, jitter: Jitter) -> Effect {
        let Some((_, began)) = self.flight.filter(|(current, _)| *current == number) else {
            return Effect::Ignore;
        };
        self.flight = None;
        match outcome {
            Outcome::Keys(max_age) => {
                self.empty = false;
                self.hold(began, self.fresh(max_age), jitter);
                Effect::Replace
            }
            // An issuer may withdraw every key, but one empty list may as well be a hiccup.
            Outcome::Empty if self.empty => {
                self.hold(began, SHORTEST_FRESH, jitter);
                Effect::Withdraw
            }
            Outcome::Empty => {
                self.empty = true;
                self.fail(now, self.limits.cooldown, jitter);
                Effect::Keep
            }
            Outcome::Failed => {
                self.empty = false;
                let doublings = self.failures.min(BACK_OFF.1.as_secs().ilog2() + 1);
                let pause = BACK_OFF.0.saturating_mul(1 << doublings).min(BACK_OFF.1);
                self.fail(now, pause, jitter);
                Effect::Keep
            }
        }
    }

    /// The keys are as good as when their fetch began.
    fn hold(&mut self, began: Moment, fresh: Duration, jitter: Jitter) {
        self.since = Some(began);
        self.failures = 0;
        self.missing.clear();
        self.due = Some(began.saturating_add(jitter.of(fresh, REFRESH_PERMILLE)));
    }

    fn fail(&mut self, now: Moment, pause: Duration, jitter: Jitter) {
        self.failures = self.failures.saturating_add(1);
        self.due = Some(now.saturating_add(jitter.of(pause, BACK_OFF_PERMILLE)));
    }

    fn fresh(&self, max_age: Option<Duration>) -> Duration {
        let fresh = max_age.map_or(self.limits.fresh, |max_age| max_age.clamp(SHORTEST_FRESH, LONGEST_FRESH));
        fresh.min(self.limits.hard)
    }

    /// The keys that are held were asked for this one in vain. Only to be said after a fetch that brought them.
    ///
    /// The name is forgotten one cooldown after that fetch began: a key that is used before it is published is found then.
    pub(super) fn note_missing(&mut self, key_id: &str) {
        if let Some(since) = self.since {
            self.missing.insert(key_id, since, since.saturating_add(self.limits.cooldown));
        }
    }

    #[cfg(test)]
    pub(super) fn is_missing(&self, key_id: &str, now: Moment) -> bool {
        self.missing.has(key_id, now)
    }

    /// Until when the keys that are held may be used.
    pub(super) fn usable_until(&self) -> Option<Moment> {
        self.since.map(|since| since.saturating_add(self.limits.hard))
    }

    /// Whether keys are held that may be used.
    pub(super) fn has_keys(&self, now: Moment) -> bool {
        self.usable_until().is_some_and(|until| now < until)
    }

    /// The age of the keys that are held.
    pub(super) fn age(&self, now: Moment) -> Option<Duration> {
        self.since.map(|since| age(since, now))
    }

    /// When the timer fetches next; `None` until a first fetch has ended.
    pub(super) fn due(&self) -> Option<Moment> {
        self.due
    }

    /// How many fetches were begun.
    pub(super) fn fetches(&self) -> u64 {
        self.fetches
    }

    /// Whether the last fetch that ended failed.
    pub(super) fn is_failing(&self) -> bool {
        self.failures > 0
    }
}

impl Jitter {
    /// From 32 random bits.
    pub(super) fn new(random: u32) -> Self {
        Self(random % 1001)
    }

    /// A part of `whole` between two numbers of thousandths.
    fn of(self, whole: Duration, (least, most): (u32, u32)) -> Duration {
        let permille = least.saturating_add(most.saturating_sub(least).saturating_mul(self.0) / 1000);
        whole.saturating_mul(permille) / 1000
    }
}

fn age(since: Moment, now: Moment) -> Duration {
    now.saturating_sub(since)
}

#[cfg(test)]
mod tests;
