//! The rules of the schedule, one table for each. J1 to J22 are the rules of `tests/CONFORMANCE.md`.

use super::FetchDecision::{Join, No, Start};
use super::*;

const LIMITS: FetchLimits = FetchLimits { fresh: secs(600), hard: secs(3600), cooldown: secs(30) };
const MIDDLE: Jitter = Jitter(500);
const KEYS: FetchOutcome = FetchOutcome::Keys(None);

const fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// A schedule whose first fetch, for a token, ended at once with this result.
fn after(outcome: FetchOutcome) -> Schedule {
    let mut schedule = Schedule::new(LIMITS);
    assert_eq!(schedule.ask(Cause::Token, secs(0)), Start(1));
    schedule.finish(1, outcome, secs(0), MIDDLE);
    schedule
}

/// Lets the timer fetch when it is due, and returns when that was.
fn timer(schedule: &mut Schedule, outcome: FetchOutcome, jitter: Jitter) -> Moment {
    let due = schedule.due().unwrap();
    let before = due.checked_sub(Duration::from_millis(1)).unwrap();
    assert_eq!(schedule.ask(Cause::Timer, before), No, "{due:?}");
    let Start(number) = schedule.ask(Cause::Timer, due) else { panic!("not started at {due:?}") };
    schedule.finish(number, outcome, due, jitter);
    due
}

/// J1
#[test]
fn nothing_is_fetched_before_a_task_asks() {
    let mut schedule = Schedule::new(LIMITS);
    assert_eq!((schedule.due(), schedule.usable_until()), (None, None));
    assert_eq!(schedule.ask(Cause::Timer, secs(1000)), No);
    assert_eq!(schedule.ask(Cause::Caller, secs(1000)), Start(1));
}

/// J2
#[test]
fn an_issuer_says_how_long_its_keys_are_fresh_between_a_minute_and_an_hour() {
    // The issuer's `max-age`, and when the timer fetches again with the least, the middle and the most jitter.
    let table = [
        (None, [420, 480, 540]),
        (Some(0), [42, 48, 54]),
        (Some(59), [42, 48, 54]),
        (Some(60), [42, 48, 54]),
        (Some(300), [210, 240, 270]),
        (Some(3600), [2520, 2880, 3240]),
        (Some(u64::MAX), [2520, 2880, 3240]),
    ];
    for (max_age, due) in table {
        for (jitter, due) in [0, 500, 1000].into_iter().zip(due) {
            let mut schedule = Schedule::new(LIMITS);
            schedule.ask(Cause::Token, secs(0));
            schedule.finish(1, FetchOutcome::Keys(max_age.map(secs)), secs(0), Jitter(jitter));
            assert_eq!(schedule.due(), Some(secs(due)), "{max_age:?} {jitter}");
        }
    }
}

/// J2
#[test]
fn keys_are_given_up_at_the_hard_limit_counted_from_the_start_of_their_fetch() {
    for hard in [60, 3600, 86_400] {
        let mut schedule = Schedule::new(FetchLimits { hard: secs(hard), ..LIMITS });
        assert!(!schedule.has_keys(secs(0)));
        schedule.ask(Cause::Token, secs(100));
        schedule.finish(1, FetchOutcome::Keys(Some(secs(u64::MAX))), secs(104), MIDDLE);
        assert_eq!(schedule.usable_until(), Some(secs(100 + hard)));
        assert!(schedule.has_keys(secs(100 + hard - 1)));
        assert!(!schedule.has_keys(secs(100 + hard)));
        assert!(schedule.due().unwrap() < secs(100 + hard), "the timer comes before the end");
    }
}

/// J3, J7
#[test]
fn the_timer_fetches_when_it_is_due_whatever_tokens_have_caused() {
    let mut schedule = after(KEYS);
    // A stranger uses up the budget of tokens without effect.
    assert_eq!(schedule.ask(Cause::Token, secs(470)), Start(2));
    schedule.finish(2, FetchOutcome::Failed, secs(470), MIDDLE);
    assert_eq!(schedule.ask(Cause::Token, secs(471)), No);
    assert_eq!(schedule.ask(Cause::Timer, secs(471)), Start(3));
}

/// J4
#[test]
fn failures_leave_the_keys_until_the_hard_limit_and_the_next_success_gives_them_a_new_one() {
    let mut schedule = after(KEYS);
    let mut now = secs(0);
    while now < secs(3500) {
        now = timer(&mut schedule, FetchOutcome::Failed, MIDDLE);
        assert_eq!(schedule.usable_until(), Some(secs(3600)));
        assert!(schedule.is_failing());
    }
    while now < secs(5000) {
        now = timer(&mut schedule, FetchOutcome::Failed, MIDDLE);
    }
    assert!(!schedule.has_keys(now));
    let now = timer(&mut schedule, KEYS, MIDDLE);
    assert!(schedule.has_keys(now) && !schedule.is_failing());
    assert_eq!(schedule.usable_until(), Some(now + secs(3600)));
}

/// J6
#[test]
fn tokens_cause_one_fetch_a_cooldown_whatever_became_of_the_last_one() {
    for outcome in [KEYS, FetchOutcome::Empty, FetchOutcome::Failed] {
        let mut schedule = after(outcome);
        assert_eq!(schedule.ask(Cause::Token, secs(0)), No);
        assert_eq!(schedule.ask(Cause::Token, Duration::from_millis(29_999)), No, "{outcome:?}");
        assert_eq!(schedule.ask(Cause::Token, secs(30)), Start(2), "{outcome:?}");
    }
}

/// J6
#[test]
fn the_cooldown_counts_from_the_start_of_the_attempt() {
    let mut schedule = Schedule::new(LIMITS);
    assert_eq!(schedule.ask(Cause::Token, secs(0)), Start(1));
    schedule.finish(1, FetchOutcome::Failed, secs(5), MIDDLE);
    assert_eq!(schedule.ask(Cause::Token, secs(29)), No);
    assert_eq!(schedule.ask(Cause::Token, secs(30)), Start(2));
}

/// J6, J7
#[test]
fn each_cause_has_a_budget_of_its_own() {
    let causes = [Cause::Token, Cause::Start, Cause::Caller];
    for first in causes {
        let mut schedule = Schedule::new(LIMITS);
        assert_eq!(schedule.ask(first, secs(0)), Start(1));
        schedule.finish(1, FetchOutcome::Failed, secs(0), MIDDLE);
        assert_eq!(schedule.ask(first, secs(0)), No, "{first:?}");
        for (index, other) in causes.into_iter().filter(|cause| *cause != first).enumerate() {
            let number = index as u64 + 2;
            assert_eq!(schedule.ask(other, secs(0)), Start(number), "{first:?} {other:?}");
            schedule.finish(number, FetchOutcome::Failed, secs(0), MIDDLE);
        }
    }
}

/// J6
#[test]
fn ten_thousand_tokens_cause_one_fetch_a_cooldown() {
    let mut schedule = after(KEYS);
    let mut starts = Vec::new();
    for number in 0..10_000_u64 {
        let now = Duration::from_millis(number * 10);
        if let Start(flight) = schedule.ask(Cause::Token, now) {
            starts.push(now);
            schedule.finish(flight, KEYS, now, MIDDLE);
        }
    }
    assert_eq!(starts, [30, 60, 90].map(secs));
}

/// J8
#[test]
fn everybody_joins_the_fetch_that_is_under_way() {
    let mut schedule = Schedule::new(LIMITS);
    assert_eq!(schedule.ask(Cause::Token, secs(0)), Start(1));
    for cause in [Cause::Token, Cause::Timer, Cause::Start, Cause::Caller] {
        assert_eq!(schedule.ask(cause, secs(4)), Join(1), "{cause:?}");
    }
    schedule.finish(1, KEYS, secs(5), MIDDLE);
    assert_eq!(schedule.fetches(), 1);
}

/// J8
#[test]
fn a_fetch_that_never_ends_is_given_up_and_its_late_end_changes_nothing() {
    let mut schedule = Schedule::new(LIMITS);
    schedule.ask(Cause::Token, secs(0));
    assert_eq!(schedule.ask(Cause::Token, secs(29)), Join(1));
    assert_eq!(schedule.ask(Cause::Token, secs(30)), Start(2));
    assert_eq!(schedule.finish(1, KEYS, secs(31), MIDDLE), Effect::Ignore);
    assert!(!schedule.has_keys(secs(31)));
    assert_eq!(schedule.ask(Cause::Token, secs(31)), Join(2));
    assert_eq!(schedule.finish(2, KEYS, secs(32), MIDDLE), Effect::Replace);
    assert_eq!(schedule.finish(2, FetchOutcome::Failed, secs(32), MIDDLE), Effect::Ignore);
}

/// J9
#[test]
fn the_timer_backs_off_from_a_second_to_a_minute() {
    for (jitter, permille) in [(0, 800), (500, 1000), (1000, 1200)] {
        let mut schedule = Schedule::new(LIMITS);
        schedule.ask(Cause::Token, secs(0));
        schedule.finish(1, FetchOutcome::Failed, secs(0), Jitter(jitter));
        let mut last = secs(0);
        for pause in [1, 2, 4, 8, 16, 32, 60, 60, 60, 60] {
            let due = timer(&mut schedule, FetchOutcome::Failed, Jitter(jitter));
            assert_eq!(due - last, secs(pause) * permille / 1000, "{jitter}");
            last = due;
        }
        timer(&mut schedule, KEYS, Jitter(jitter));
        let last = timer(&mut schedule, FetchOutcome::Failed, Jitter(jitter));
        assert_eq!(schedule.due().unwrap() - last, secs(1) * permille / 1000, "success forgets failures");
    }
}

/// J10
#[test]
fn a_list_of_keys_counts_for_one_cooldown_from_the_start_of_its_fetch() {
    for cooldown in [10, 30, 120, 600] {
        let mut schedule = Schedule::new(FetchLimits { cooldown: secs(cooldown), ..LIMITS });
        assert!(!schedule.has_listed_since(secs(0), secs(0)));
        schedule.ask(Cause::Caller, secs(100));
        assert!(!schedule.has_listed_since(secs(0), secs(104)), "it has not come");
        schedule.finish(1, KEYS, secs(104), MIDDLE);
        let end = secs(100 + cooldown);
        for (since, now, counts) in [
            (secs(0), end - secs(1), true),
            (secs(100), end - secs(1), true),
            (secs(101), end - secs(1), false),
            (secs(100), end, false),
        ] {
            assert_eq!(schedule.has_listed_since(since, now), counts, "{cooldown}: {since:?} {now:?}");
        }
    }
}

/// J10
#[test]
fn what_is_not_the_list_that_counts_says_nothing_of_missing_names() {
    use FetchOutcome::{Empty, Failed, Unchanged};
    for (outcomes, counts) in [
        (&[Failed][..], false),
        (&[Unchanged(None)], false),
        (&[Empty], false),
        (&[Empty, Empty], true),
        (&[KEYS], true),
    ] {
        let mut schedule = after(KEYS);
        for (index, outcome) in outcomes.iter().enumerate() {
            let now = secs(100 + 20 * index as u64);
            let Start(number) = schedule.ask(Cause::Caller, now) else { panic!("{outcomes:?}") };
            schedule.finish(number, *outcome, now, MIDDLE);
        }
        assert_eq!(schedule.has_listed_since(secs(0), secs(120)), counts, "{outcomes:?}");
    }
}

/// J6, J10
#[test]
fn a_key_that_is_used_before_it_is_published_is_looked_for_again_after_one_cooldown() {
    // The interval at which the token is sent again: the first one after the cooldown starts the second fetch.
    for every in [1, 7, 29, 30, 31] {
        let mut schedule = after(KEYS);
        let first = secs(130);
        assert_eq!(schedule.ask(Cause::Token, first), Start(2));
        schedule.finish(2, KEYS, first + secs(1), MIDDLE);
        let mut now = first;
        let begun = loop {
            now += secs(every);
            if schedule.ask(Cause::Token, now) == Start(3) {
                break now;
            }
        };
        assert!(begun < first + LIMITS.cooldown + secs(every), "{every}: {begun:?}");
    }
}

/// J14
#[test]
fn only_a_second_empty_list_in_a_row_withdraws_the_keys() {
    use FetchOutcome::{Empty, Failed};
    let withdrawn = Effect::Withdraw;
    let table: [(&[FetchOutcome], Effect); 8] = [
        (&[KEYS, Empty], Effect::Keep),
        (&[KEYS, Empty, Empty], withdrawn),
        (&[KEYS, Empty, Empty, Empty], withdrawn),
        (&[KEYS, Empty, Failed, Empty], Effect::Keep),
        (&[KEYS, Empty, KEYS, Empty], Effect::Keep),
        (&[KEYS, Empty, Empty, KEYS], Effect::Replace),
        (&[Empty, Empty], withdrawn),
        (&[Failed, Failed], Effect::Keep),
    ];
    for (outcomes, expected) in table {
        let mut schedule = Schedule::new(LIMITS);
        let mut effect = Effect::Ignore;
        for (index, outcome) in outcomes.iter().enumerate() {
            let now = secs(100 * index as u64);
            let Start(number) = schedule.ask(Cause::Caller, now) else { panic!("{outcomes:?}") };
            effect = schedule.finish(number, *outcome, now, MIDDLE);
        }
        assert_eq!(effect, expected, "{outcomes:?}");
    }
}

/// J14
#[test]
fn the_timer_leaves_an_issuer_time_between_two_empty_lists_and_comes_back_soon_after() {
    let mut schedule = after(KEYS);
    let first = timer(&mut schedule, FetchOutcome::Empty, Jitter(0));
    assert!(schedule.is_failing());
    let second = timer(&mut schedule, FetchOutcome::Empty, Jitter(0));
    assert_eq!(second - first, secs(24), "the cooldown, less the jitter");
    assert!(!schedule.is_failing(), "a withdrawal is an answer");
    assert_eq!(schedule.due(), Some(second + secs(42)), "70 % of a minute");
}

/// J14
#[test]
fn empty_lists_of_one_moment_withdraw_nothing_for_any_cause() {
    let mut schedule = after(KEYS);
    let first = timer(&mut schedule, FetchOutcome::Empty, MIDDLE);
    for (cause, later) in [(Cause::Token, 1), (Cause::Caller, 1), (Cause::Start, 2), (Cause::Caller, 14)] {
        let now = first + secs(later);
        let Start(number) = schedule.ask(cause, now) else { panic!("{cause:?} {later}") };
        assert_eq!(
            schedule.finish(number, FetchOutcome::Empty, now, MIDDLE),
            Effect::Keep,
            "{cause:?} {later}"
        );
        assert!(schedule.is_failing() && schedule.due() > Some(now));
    }
    let Start(number) = schedule.ask(Cause::Start, first + secs(15)) else { panic!("not started") };
    let effect = schedule.finish(number, FetchOutcome::Empty, first + secs(15), MIDDLE);
    assert_eq!(effect, Effect::Withdraw, "half a cooldown later");
}

/// J22
#[test]
fn a_call_of_the_application_has_a_small_cooldown_of_its_own() {
    for cause in [Cause::Caller, Cause::Start] {
        for outcome in [KEYS, FetchOutcome::Failed, FetchOutcome::Empty] {
            let mut schedule = Schedule::new(LIMITS);
            assert_eq!(schedule.ask(cause, secs(0)), Start(1));
            schedule.finish(1, outcome, secs(1), MIDDLE);
            assert_eq!(schedule.ask(cause, secs(4)), No);
            assert_eq!(schedule.ask(cause, secs(5)), Start(2));
        }
    }
}

#[test]
fn a_clock_that_goes_back_or_runs_out_starts_no_storm() {
    let mut schedule = Schedule::new(LIMITS);
    schedule.ask(Cause::Token, Duration::MAX);
    assert_eq!(schedule.finish(1, KEYS, Duration::MAX, MIDDLE), Effect::Replace);
    assert_eq!(schedule.usable_until(), Some(Duration::MAX));
    for cause in [Cause::Token, Cause::Timer] {
        assert_eq!(schedule.ask(cause, secs(0)), No, "{cause:?}");
    }
}
