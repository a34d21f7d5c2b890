//! Every rule of the ledger.

mod endings;
mod model;
mod shares;

use std::time::{Duration, UNIX_EPOCH};

use super::*;
use crate::store::{Begun, Family, Rotated, Rotation};

const END: u64 = 1_000;
const LEEWAY: u64 = Timestamp::LEEWAY.as_secs();

fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

fn moment(seconds: u64) -> Timestamp {
    Timestamp::floor(at(seconds))
}

fn token(id: &str, expires_at: u64) -> Revocation {
    Revocation::Token { id: id.into(), expires_at: at(expires_at) }
}

fn family(id: &str, expires_at: u64) -> Revocation {
    Revocation::Family { id: id.into(), expires_at: at(expires_at) }
}

fn subject(issued_before: u64, expires_at: u64) -> Revocation {
    Revocation::Subject { subject: "s".into(), issued_before: at(issued_before), expires_at: at(expires_at) }
}

fn facts(issued_at: Option<u64>) -> TokenInfo<'static> {
    let issued_at = issued_at.map(at);
    TokenInfo { id: Some("t"), family: Some("f"), issued_at, ..TokenInfo::new("s", at(END)) }
}

fn ledger(revocations: impl IntoIterator<Item = Revocation>) -> Ledger {
    let mut ledger = Ledger::new(StoreLimits::new());
    for revocation in revocations {
        ledger.revoke(revocation, None, moment(0)).unwrap();
    }
    ledger
}

#[test]
fn a_token_is_revoked_by_its_name_its_login_or_its_subject_until_they_have_ended() {
    use TokenStatus::{Revoked, Valid};
    let table = [
        ("nothing", vec![], Some(10), 20, Valid),
        ("itself", vec![token("t", END)], Some(10), 20, Revoked),
        ("another", vec![token("u", END)], Some(10), 20, Valid),
        ("a login named as it", vec![family("t", END)], Some(10), 20, Valid),
        ("its login", vec![family("f", END)], Some(10), 20, Revoked),
        ("a token named as its login", vec![token("f", END)], Some(10), 20, Valid),
        ("issued before the cut-off", vec![subject(11, END)], Some(10), 20, Revoked),
        ("issued at the cut-off", vec![subject(10, END)], Some(10), 20, Valid),
        ("without a time of issue", vec![subject(10, END)], None, 20, Revoked),
        ("the leeway of a guard", vec![token("t", END)], Some(10), END + LEEWAY - 1, Revoked),
        ("after it", vec![token("t", END)], Some(10), END + LEEWAY, Valid),
        ("a cut-off ends", vec![subject(10, END)], None, END + LEEWAY, Valid),
        ("the later end counts", vec![token("t", END), token("t", 1)], Some(10), 900, Revoked),
        ("the later cut-off counts", vec![subject(11, END), subject(5, END)], Some(10), 20, Revoked),
        ("the later end of cut-offs counts", vec![subject(11, END), subject(11, 1)], Some(10), 900, Revoked),
    ];
    for (case, revocations, issued_at, now, expected) in table {
        assert_eq!(ledger(revocations).token_status(&facts(issued_at), at(now)), expected, "{case}");
    }
}

fn rotation(presented: &str, next: &str, grace: u64) -> Rotation {
    Rotation {
        family: "f".into(),
        presented: presented.into(),
        next: next.into(),
        access_expires_at: at(END),
        expires_at: at(END),
        ends: None,
        endpoint: Some("POST /refresh".into()),
        grace: Duration::from_secs(grace),
    }
}

fn login(token: &str) -> Family {
    login_of("s", "f", token)
}

fn login_of(subject: &str, id: &str, token: &str) -> Family {
    Family {
        id: id.into(),
        subject: subject.into(),
        token: token.into(),
        access_expires_at: at(END),
        expires_at: at(END),
    }
}

fn issued(id: &str, family: Option<&str>, expires_at: u64) -> Issued {
    Issued { id: id.into(), subject: "s".into(), family: family.map(Into::into), expires_at: at(expires_at) }
}

#[test]
fn a_rotation_is_judged_by_what_the_login_knows() {
    use Rotated::{Fresh, Retried, Reused, Unknown};
    /// Each step: the time, the presented token, the next one, the grace, the result.
    type Steps = &'static [(u64, &'static str, &'static str, u64, Rotated)];
    let table: [(&str, Steps); 9] = [
        ("once", &[(1, "a", "b", 0, Fresh)]),
        ("on and on", &[(1, "a", "b", 0, Fresh), (2, "b", "c", 0, Fresh), (3, "c", "d", 0, Fresh)]),
        ("the former token", &[(1, "a", "b", 0, Fresh), (2, "a", "c", 0, Reused), (3, "b", "c", 0, Unknown)]),
        (
            "the former token in time",
            &[(1, "a", "b", 2, Fresh), (2, "a", "c", 2, Retried), (3, "b", "c", 2, Fresh)],
        ),
        ("the former token too late", &[(1, "a", "b", 2, Fresh), (3, "a", "c", 2, Reused)]),
        (
            "a token before the former",
            &[(1, "a", "b", 9, Fresh), (2, "b", "c", 9, Fresh), (2, "a", "d", 9, Reused)],
        ),
        ("a token never seen", &[(1, "x", "b", 9, Reused), (2, "a", "b", 9, Unknown)]),
        ("within the leeway", &[(END + LEEWAY - 1, "a", "b", 0, Fresh)]),
        ("after the end", &[(END + LEEWAY, "a", "b", 0, Unknown)]),
    ];
    for (case, steps) in table {
        let mut ledger = ledger([]);
        assert_eq!(ledger.begin(login("a"), moment(0)).unwrap(), Begun::Living);
        for (step, (now, presented, next, grace, expected)) in steps.iter().enumerate() {
            let result = ledger.rotate(rotation(presented, next, *grace), moment(*now)).unwrap();
            assert_eq!(result, *expected, "{case}, step {step}");
            let revoked = if *expected == Reused { TokenStatus::Revoked } else { TokenStatus::Valid };
            if *expected != Unknown {
                assert_eq!(ledger.token_status(&facts(None), at(*now)), revoked, "{case}, step {step}");
            }
        }
    }
}

#[test]
fn a_revoked_login_is_unknown_and_cannot_begin_again() {
    let mut ledger = ledger([]);
    assert_eq!(ledger.begin(login("a"), moment(0)).unwrap(), Begun::Living);
    ledger.revoke(family("f", 1), None, moment(0)).unwrap();
    assert_eq!(ledger.rotate(rotation("a", "b", 9), moment(1)).unwrap(), Rotated::Unknown);
    assert!(ledger.begin(login("a"), moment(1)).is_err());
    let later = at(END + LEEWAY - 1);
    assert_eq!(
        ledger.token_status(&facts(None), later),
        TokenStatus::Revoked,
        "as long as the login would have lived"
    );
}

#[test]
fn a_login_begins_once() {
    let mut ledger = ledger([]);
    assert_eq!(ledger.begin(login("a"), moment(0)).unwrap(), Begun::Living);
    assert_eq!(ledger.begin(login("a"), moment(1)).unwrap(), Begun::Living);
    assert!(ledger.begin(login("b"), moment(1)).is_err());
    ledger.rotate(rotation("a", "b", 0), moment(2)).unwrap();
    assert!(ledger.begin(login("b"), moment(3)).is_err());
    assert_eq!(ledger.begin(login("c"), moment(END + LEEWAY)).unwrap(), Begun::Living);
}

#[test]
fn a_token_is_allowed_until_it_is_revoked_or_has_ended() {
    let mut ledger = ledger([]);
    assert_eq!(ledger.is_allowed("t", at(1)), TokenStatus::Revoked);
    ledger.allow(issued("t", None, END), moment(0)).unwrap();
    assert_eq!(ledger.is_allowed("t", at(1)), TokenStatus::Valid);
    assert_eq!(ledger.is_allowed("t", at(END + LEEWAY)), TokenStatus::Revoked);
    ledger.revoke(token("t", 1), None, moment(0)).unwrap();
    assert_eq!(ledger.is_allowed("t", at(1)), TokenStatus::Revoked);
    ledger.allow(issued("t", None, END), moment(0)).unwrap();
    assert_eq!(
        ledger.is_allowed("t", at(1)),
        TokenStatus::Revoked,
        "a revocation outlasts a second allowance"
    );
}

/// A cut-off replaces these, so it must not end before them.
#[test]
fn a_cut_off_counts_as_long_as_everything_that_it_replaces() {
    let (owner, short) = (Subject::from("s"), 100);
    let everybody = Revocation::All { issued_before: at(11), expires_at: at(short) };
    for cut_off in [subject(11, short), everybody] {
        for replaced in ["a revoked login", "a living login"] {
            let mut ledger = ledger([]);
            ledger.set_line().unwrap();
            let name = format!("f{}", ledger.mark().unwrap());
            if replaced == "a revoked login" {
                ledger.revoke(family(&name, END), Some(&owner), moment(0)).unwrap();
            } else {
                let living = Family { expires_at: at(END * 9), ..login_of("s", &name, "a") };
                assert_eq!(ledger.begin(living, moment(0)).unwrap(), Begun::Living);
            }
            ledger.revoke(cut_off.clone(), None, moment(12)).unwrap();
            assert_eq!(ledger.len(), 1, "{replaced}: the cut-off replaces it");
            let token = TokenInfo { family: Some(&name), ..facts(Some(20)) };
            for (now, status) in [
                (short + LEEWAY, TokenStatus::Revoked),
                (END + LEEWAY - 1, TokenStatus::Revoked),
                (END + LEEWAY, TokenStatus::Valid),
            ] {
                assert_eq!(ledger.token_status(&token, at(now)), status, "{replaced} at {now}");
            }
        }
    }
}

/// As [`a_cut_off_counts_as_long_as_everything_that_it_replaces`], of one that is made because there are too many.
#[test]
fn a_cut_off_instead_of_revocations_counts_as_long_as_they_would() {
    let owner = Subject::from("s");
    let mut ledger = Ledger::new(StoreLimits::new().revocations_per_subject(2));
    for (name, ends) in [("t", END), ("u", END / 2), ("v", END / 3)] {
        ledger.revoke(token(name, ends), Some(&owner), moment(0)).unwrap();
    }
    assert_eq!(ledger.len(), 1);
    assert_eq!(ledger.token_status(&facts(Some(10)), at(END + LEEWAY - 1)), TokenStatus::Revoked);
    assert_eq!(ledger.token_status(&facts(Some(10)), at(END + LEEWAY)), TokenStatus::Valid);
}

#[test]
fn a_full_store_ends_a_subject_that_has_revocations_rather_than_refuse_one_more() {
    let (limits, owner, other) = (StoreLimits::each(20), Subject::from("s"), Subject::from("o"));
    assert_eq!(limits.most_revocations(), 2, "of which it has one");
    for revocation in [token("t", END), family("f", END)] {
        let mut ledger = Ledger::new(limits);
        ledger.revoke(token("first", END), Some(&owner), moment(0)).unwrap();
        for i in 0..19 {
            ledger.revoke(token(&i.to_string(), END), None, moment(0)).unwrap();
        }
        assert!(ledger.revoke(token("theirs", END), Some(&other), moment(1)).is_err(), "nothing to replace");
        ledger.revoke(revocation, Some(&owner), moment(1)).unwrap();
        assert_eq!(ledger.revocations(), 20);
        for id in ["first", "t", "any"] {
            let token = TokenInfo { id: Some(id), ..facts(Some(1)) };
            assert_eq!(ledger.token_status(&token, at(2)), TokenStatus::Revoked, "{id}");
        }
        let theirs = TokenInfo { issued_at: Some(at(1)), ..TokenInfo::new("o", at(END)) };
        assert_eq!(ledger.token_status(&theirs, at(2)), TokenStatus::Valid);
    }
}

#[test]
fn each_budget_refuses_what_is_new_and_forgets_nothing() {
    let mut ledger = Ledger::new(StoreLimits::each(2));
    for i in ["0", "1"] {
        assert_eq!(ledger.begin(login_of(i, i, "a"), moment(0)).unwrap(), Begun::Living);
        let token = Issued { subject: i.into(), ..issued(i, None, END) };
        ledger.allow(token, moment(0)).unwrap();
    }
    assert!(ledger.begin(login_of("2", "2", "a"), moment(1)).is_err());
    assert!(ledger.allow(Issued { subject: "2".into(), ..issued("2", None, END) }, moment(1)).is_err());
    // Revocations have separate room, and are refused only if there are too many of them.
    ledger.revoke(token("t", END), None, moment(1)).unwrap();
    ledger.revoke(token("u", END), None, moment(1)).unwrap();
    assert!(ledger.revoke(token("v", END), None, moment(1)).is_err());
    assert!(ledger.revoke(subject(1, END), None, moment(1)).is_err());
    ledger.revoke(token("t", END + 1), None, moment(1)).unwrap();
    assert_eq!(ledger.len(), 6);
    let everybody = Revocation::All { issued_before: at(1), expires_at: at(END) };
    ledger.revoke(everybody, None, moment(1)).expect("there is always room for that");
}

#[test]
fn a_write_forgets_a_bounded_number_of_ended_entries() {
    let mut ledger = Ledger::new(StoreLimits::new());
    for i in 0..100 {
        ledger.revoke(token(&i.to_string(), END), None, moment(0)).unwrap();
    }
    let now = moment(END + LEEWAY);
    for writes in 1..=100 {
        ledger.revoke(token("new", 2 * END), None, now).unwrap();
        assert_eq!(ledger.len(), 1 + 100_usize.saturating_sub(writes * SWEEP));
    }
    assert!(ledger.len() == 1 && !ledger.revokes_nothing());
}

#[test]
fn a_journal_names_what_changed_and_what_is_gone() {
    let mut ledger = Ledger::journaled(StoreLimits::new());
    let names = |ledger: &mut Ledger| -> Vec<(Kind, String, bool)> {
        let changes = ledger.take_changes().into_iter();
        let entry = |change| match change {
            journal::Change::Entry(kind, name, entry) => (kind, name.to_string(), entry.is_some()),
            journal::Change::Cleared(kind) => (kind, "all".to_owned(), false),
        };
        changes.map(entry).collect()
    };
    assert_eq!(ledger.begin(login("a"), moment(0)).unwrap(), Begun::Living);
    assert_eq!(names(&mut ledger), [(Kind::Login, "f".to_owned(), true)]);
    ledger.rotate(rotation("x", "b", 0), moment(0)).unwrap();
    assert_eq!(
        names(&mut ledger),
        [(Kind::Family, "f".to_owned(), true), (Kind::Login, "f".to_owned(), false)]
    );
    assert_eq!(names(&mut ledger), []);
    ledger.allow(issued("t", None, 2 * END), moment(END + LEEWAY)).unwrap();
    assert_eq!(
        names(&mut ledger),
        [(Kind::Family, "f".to_owned(), false), (Kind::Allowed, "t".to_owned(), true)]
    );
}

#[test]
fn a_ledger_restored_from_its_journal_says_the_same() {
    let mut ledger = Ledger::journaled(StoreLimits::new());
    assert_eq!(ledger.begin(login("a"), moment(0)).unwrap(), Begun::Living);
    ledger.rotate(rotation("a", "b", 0), moment(1)).unwrap();
    let other = Revocation::Subject { subject: "o".into(), issued_before: at(10), expires_at: at(END) };
    ledger.revoke(other, None, moment(1)).unwrap();
    let mut restored = Ledger::new(StoreLimits::each(0));
    replay(&mut ledger, &mut restored);
    let other = |issued_at| TokenInfo { subject: Some("o"), ..facts(Some(issued_at)) };
    assert_eq!(restored.token_status(&other(9), at(1)), TokenStatus::Revoked);
    assert_eq!(restored.token_status(&other(10), at(1)), TokenStatus::Valid);
    assert_eq!(restored.rotate(rotation("b", "c", 0), moment(2)).unwrap(), Rotated::Fresh);
}

#[test]
fn a_login_begins_after_a_cut_off_that_was_made_before_any_login() {
    let mut ledger = Ledger::journaled(StoreLimits::new());
    ledger.revoke(subject(10, END), None, moment(1)).unwrap();
    let mut restored = Ledger::new(StoreLimits::new());
    replay(&mut ledger, &mut restored);
    restored.set_line().unwrap();
    let name = format!("f{}", restored.mark().unwrap());
    assert_eq!(restored.begin(login_of("s", &name, "a"), moment(2)).unwrap(), Begun::Living);
    let token = TokenInfo { family: Some(&name), ..facts(Some(2)) };
    assert_eq!(restored.token_status(&token, at(2)), TokenStatus::Valid);
}

/// Restores a ledger from the changes of another.
fn replay(ledger: &mut Ledger, restored: &mut Ledger) {
    for change in ledger.take_changes() {
        match change {
            journal::Change::Entry(kind, name, Some(entry)) => restored.restore(kind, &name, entry),
            journal::Change::Entry(kind, name, None) => drop(restored.table_mut(kind).remove(&name)),
            journal::Change::Cleared(kind) => drop(restored.table_mut(kind).clear_but(|_| false)),
        }
    }
}
