//! Decides when keys are fetched, kept and dropped: a state machine without clock, chance and network.
//!
//! Time and jitter come in as values, so every rule is a row of a table in `tests.rs`. The holder of a [`Schedule`]
//! reports events and does what it answers. Three numbers govern a set of keys. It is fetched again a little before it
//! stops being *fresh*. While that fails, it is still served up to the *hard limit*. Tokens cause at most one fetch in
//! each *cooldown*.

mod jitter;

use std::time::Duration;

pub(super) use self::jitter::Jitter;

/// A point on the monotonic clock.
pub(super) type Moment = Duration;

/// A set is never fresh for less, so an issuer's header cannot make the guard fetch more often.
pub(super) const SHORTEST_FRESH: Duration = Duration::from_secs(60);

/// A set is never fresh for longer: a withdrawn key must not live for a day because of a cache header.
pub(super) const LONGEST_FRESH: Duration = Duration::from_secs(60 * 60);

/// The timer fetches after 70 % to 90 % of the fresh time, which leaves time for a second attempt, and spreads the
/// fetches of an issuer's services.
const REFRESH_PERMILLE: (u32, u32) = (700, 900);

/// The first and the longest pause of the timer after failures; each failure doubles the pause.
const BACK_OFF: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));

/// Pauses after failures vary by a fifth in either direction.
const BACK_OFF_PERMILLE: (u32, u32) = (800, 1200);

/// The shortest time between two fetches that the application asks for. It is trusted, but may call in a loop.
const CALLER_COOLDOWN: Duration = Duration::from_secs(5);

/// A fetch still pending after 30 s belongs to a runtime that has stopped: its own time limit is much shorter.
const LOST: Duration = Duration::from_secs(30);

/// Fixed when the guard is built.
#[derive(Clone, Copy, Debug)]
pub(super) struct FetchLimits {
    pub(super) fresh: Duration,
    pub(super) hard: Duration,
    pub(super) cooldown: Duration,
}

/// The cause of a fetch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cause {
    /// A token that names an unknown key, or that came before the first keys.
    Token,
    /// The background task.
    Timer,
    /// The application, at its start.
    Start,
    /// The application, because it expects new keys.
    Caller,
}

/// The answer to a request for a fetch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FetchDecision {
    /// Fetch, with this number.
    Start(u64),
    /// Wait for the running fetch with this number.
    Join(u64),
    /// Neither.
    No,
}

/// The result of a fetch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FetchOutcome {
    /// Keys; with the issuer's `max-age`, if any.
    Keys(Option<Duration>),
    /// The answer that they have not changed, with the same.
    Unchanged(Option<Duration>),
    /// A well-formed empty list.
    Empty,
    /// A failure, or no usable key.
    Failed,
}

/// What happens to the current keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    /// They stay, and get older.
    Keep,
    /// The fetched ones replace them.
    Replace,
    /// All are withdrawn.
    Withdraw,
    /// The fetch was lost, and a newer one counts.
    Ignore,
}

/// When the last fetch of each cause started. The budgets are separate: strangers cannot use up that of the timer or of
/// the application, and a rotation just after a fetch of those need not wait.
#[derive(Debug, Default)]
struct Attempts {
    token: Option<Moment>,
    timer: Option<Moment>,
    start: Option<Moment>,
    caller: Option<Moment>,
}

impl Attempts {
    fn of(&mut self, cause: Cause) -> &mut Option<Moment> {
        match cause {
            Cause::Token => &mut self.token,
            Cause::Timer => &mut self.timer,
            Cause::Start => &mut self.start,
            Cause::Caller => &mut self.caller,
        }
    }
}

#[derive(Debug)]
pub(super) struct Schedule {
    limits: FetchLimits,
    /// The running fetch: its number, and when it started.
    flight: Option<(u64, Moment)>,
    /// The number of started fetches.
    fetches: u64,
    /// When the last one started for each cause with a cooldown, whatever its result.
    last: Attempts,
    /// When the fetch of the current keys started.
    since: Option<Moment>,
    /// The next fetch by the timer.
    due: Option<Moment>,
    /// The number of failures in a row.
    failures: u32,
    /// When the fetch of the first of several empty lists in a row started.
    empty_since: Option<Moment>,
    /// When the last fetch started that was answered with the list of keys which counts now. The answer that keys have not
    /// changed is not a list: some issuers give it though they have new keys.
    listed_at: Option<Moment>,
}

impl Schedule {
    pub(super) fn new(limits: FetchLimits) -> Self {
        Self {
            limits,
            flight: None,
            fetches: 0,
            last: Attempts::default(),
            since: None,
            due: None,
            failures: 0,
            empty_since: None,
            listed_at: None,
        }
    }

    /// Handles a request for a fetch.
    pub(super) fn ask(&mut self, cause: Cause, now: Moment) -> FetchDecision {
        if let Some((number, began)) = self.flight
            && age(began, now) < LOST
        {
            return FetchDecision::Join(number);
        }
        if !self.may_start(cause, now) {
            return FetchDecision::No;
        }
        self.fetches = self.fetches.saturating_add(1);
        self.flight = Some((self.fetches, now));
        *self.last.of(cause) = Some(now);
        FetchDecision::Start(self.fetches)
    }

    fn may_start(&self, cause: Cause, now: Moment) -> bool {
        let rested = |last: Option<Moment>, pause| last.is_none_or(|last| age(last, now) >= pause);
        match cause {
            Cause::Token => rested(self.last.token, self.limits.cooldown),
            Cause::Timer => self.due.is_some_and(|due| due <= now),
            Cause::Start => rested(self.last.start, CALLER_COOLDOWN),
            Cause::Caller => rested(self.last.caller, CALLER_COOLDOWN),
        }
    }

    /// Ends the fetch with this number.
    pub(super) fn finish(
        &mut self,
        number: u64,
        outcome: FetchOutcome,
        now: Moment,
        jitter: Jitter,
    ) -> Effect {
        let Some((_, began)) = self.flight.filter(|(current, _)| *current == number) else {
            return Effect::Ignore;
        };
        self.flight = None;
        match outcome {
            FetchOutcome::Keys(max_age) | FetchOutcome::Unchanged(max_age) => {
                self.empty_since = None;
                if matches!(outcome, FetchOutcome::Keys(_)) {
                    self.listed_at = Some(began);
                }
                self.hold(began, self.fresh(max_age), jitter);
                Effect::Replace
            }
            // An issuer may withdraw every key, but empty lists of one moment may be a hiccup.
            FetchOutcome::Empty => {
                let first = *self.empty_since.get_or_insert(began);
                if age(first, began) >= self.limits.cooldown / 2 {
                    self.listed_at = Some(began);
                    self.hold(began, SHORTEST_FRESH, jitter);
                    return Effect::Withdraw;
                }
                self.fail(now, self.limits.cooldown, jitter);
                Effect::Keep
            }
            FetchOutcome::Failed => {
                self.empty_since = None;
                let doublings = self.failures.min(BACK_OFF.1.as_secs().ilog2() + 1);
                let pause = BACK_OFF.0.saturating_mul(1 << doublings).min(BACK_OFF.1);
                self.fail(now, pause, jitter);
                Effect::Keep
            }
        }
    }

    /// The age of keys counts from the start of their fetch.
    fn hold(&mut self, began: Moment, fresh: Duration, jitter: Jitter) {
        self.since = Some(began);
        self.failures = 0;
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

    /// Whether the issuer has listed its keys since this moment. A list that is older than the cooldown does not count: a key
    /// may be used before it is published, and a token may have it looked for again.
    pub(super) fn has_listed_since(&self, moment: Moment, now: Moment) -> bool {
        self.listed_at.is_some_and(|listed| moment <= listed && age(listed, now) < self.limits.cooldown)
    }

    /// Until when the current keys may be used.
    pub(super) fn usable_until(&self) -> Option<Moment> {
        self.since.map(|since| since.saturating_add(self.limits.hard))
    }

    /// Whether there are usable keys.
    pub(super) fn has_keys(&self, now: Moment) -> bool {
        self.usable_until().is_some_and(|until| now < until)
    }

    /// The age of the current keys.
    pub(super) fn age(&self, now: Moment) -> Option<Duration> {
        self.since.map(|since| age(since, now))
    }

    /// The next fetch by the timer; `None` until a first fetch has ended.
    pub(super) fn due(&self) -> Option<Moment> {
        self.due
    }

    /// The number of started fetches.
    pub(super) fn fetches(&self) -> u64 {
        self.fetches
    }

    /// Whether the last finished fetch failed.
    pub(super) fn is_failing(&self) -> bool {
        self.failures > 0
    }
}

fn age(since: Moment, now: Moment) -> Duration {
    now.saturating_sub(since)
}

#[cfg(test)]
mod tests;
