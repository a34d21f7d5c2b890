//! What one subject has of a ledger, and the warning when that is not enough.

use super::*;
use crate::store::RefreshStatus;
use crate::warned::warnings;

#[test]
fn each_limit_of_a_subject_is_a_warning_when_it_is_exceeded_and_not_before() {
    let owner = Subject::from("s");
    let mut ledger = Ledger::new(
        StoreLimits::new().logins_per_subject(1).issued_per_subject(2).revocations_per_subject(3),
    );
    for (id, limit) in [("0", None), ("1", None), ("2", Some(2))] {
        let allow = || ledger.allow(issued(id, None, END), moment(0)).unwrap();
        is_told(&warnings(allow).1, limit, "more issued tokens");
    }
    for (id, limit) in [("f", None), ("g", Some(1))] {
        let (begun, told) = warnings(|| ledger.begin(login_of("s", id, "a"), moment(0)).unwrap());
        assert_eq!(begun, Begun::Living);
        is_told(&told, limit, "more logins");
    }
    // The login that had to go is one revocation.
    for (id, limit) in [("t", None), ("u", None), ("v", Some(3)), ("w", None)] {
        let revoke = || ledger.revoke(token(id, END), Some(&owner), moment(0)).unwrap();
        is_told(&warnings(revoke).1, limit, "more revocations");
    }
}

fn is_told(told: &[String], limit: Option<u32>, what: &str) {
    assert_eq!(told.len(), usize::from(limit.is_some()), "{told:?}");
    for (told, limit) in told.iter().zip(limit) {
        assert!(told.contains(what) && told.contains(&format!("limit={limit} ")), "{told}");
    }
}

#[test]
fn a_revocation_that_is_repeated_without_its_subject_still_counts_for_it() {
    let owner = Subject::from("s");
    let mut ledger = Ledger::new(StoreLimits::new().revocations_per_subject(2));
    ledger.revoke(token("t", END), Some(&owner), moment(0)).unwrap();
    ledger.revoke(token("t", END + 1), None, moment(0)).unwrap();
    ledger.revoke(token("u", END), Some(&owner), moment(0)).unwrap();
    assert_eq!(ledger.len(), 2);
    ledger.revoke(token("v", END), Some(&owner), moment(0)).unwrap();
    assert_eq!(ledger.len(), 1, "one cut-off replaces three revocations");
    assert_eq!(ledger.token_status(&facts(Some(1)), at(END + LEEWAY)), TokenStatus::Revoked, "the later end");
}

/// A full ledger with a login of a subject, which has one revocation already.
fn full() -> (Ledger, String) {
    let mut ledger = Ledger::new(StoreLimits::each(20));
    ledger.set_line().unwrap();
    for i in 0..19 {
        ledger.revoke(token(&i.to_string(), END), None, moment(0)).unwrap();
    }
    ledger.revoke(token("t", END), Some(&Subject::from("s")), moment(0)).unwrap();
    let name = format!("f{}", ledger.mark().unwrap());
    assert_eq!(ledger.begin(login_of("s", &name, "a"), moment(0)).unwrap(), Begun::Living);
    (ledger, name)
}

/// A browser has two tokens of one login, and another logout may be under way.
#[test]
fn in_a_full_ledger_a_login_that_a_cut_off_has_ended_can_be_ended_again() {
    let owner = Subject::from("s");
    let (mut ledger, name) = full();
    for _ in 0..2 {
        ledger.revoke(family(&name, END), Some(&owner), moment(1)).unwrap();
        let token = TokenInfo { family: Some(&name), ..facts(Some(1)) };
        assert_eq!(ledger.token_status(&token, at(2)), TokenStatus::Revoked);
    }
    // Of another login, which is unknown, and of another subject, nothing has ended.
    for (name, owner) in [("g", &owner), (&*name, &Subject::from("other"))] {
        for i in 20..40 {
            drop(ledger.revoke(token(&i.to_string(), END), None, moment(1)));
        }
        assert!(ledger.revoke(family(name, END), Some(owner), moment(1)).is_err(), "{name}");
    }
}

/// The cut-off may end before the longest access token of a login that it has ended.
#[test]
fn in_a_full_ledger_a_login_stays_ended_as_long_as_its_owner_says_and_later_ones_are_good() {
    let owner = Subject::from("s");
    let everybody = Revocation::All { issued_before: at(1), expires_at: at(END) };
    for (cut_off, by_whom) in [(subject(1, END), "its subject"), (everybody, "all")] {
        let (mut ledger, name) = full();
        ledger.revoke(cut_off, None, moment(1)).unwrap();
        let later = format!("g{}", ledger.mark().unwrap());
        let begun = Family { access_expires_at: at(END * 10), ..login_of("s", &later, "a") };
        assert_eq!(ledger.begin(begun, moment(2)).unwrap(), Begun::Living);
        ledger.revoke(family(&name, END * 10), Some(&owner), moment(2)).unwrap();
        for (family, now, status) in [
            (&name, END + LEEWAY + 1, TokenStatus::Revoked),
            (&later, END + LEEWAY + 1, TokenStatus::Valid),
            (&name, END * 10 + LEEWAY, TokenStatus::Valid),
        ] {
            let token = TokenInfo { family: Some(family), ..facts(Some(1)) };
            assert_eq!(ledger.token_status(&token, at(now)), status, "of {by_whom}: {family} at {now}");
        }
    }
}

/// To end all of its logins for that would be out of proportion.
#[test]
fn a_full_ledger_refuses_the_first_revocation_of_a_token_of_a_subject_that_has_a_login() {
    let mut ledger = Ledger::new(StoreLimits::each(20));
    for i in 0..20 {
        ledger.revoke(token(&i.to_string(), END), None, moment(0)).unwrap();
    }
    assert_eq!(ledger.begin(login("a"), moment(0)).unwrap(), Begun::Living);
    assert!(ledger.revoke(token("t", END), Some(&Subject::from("s")), moment(1)).is_err());
    assert_eq!(ledger.rotate(rotation("a", "b", 0), moment(2)).unwrap(), Rotated::Fresh);
}

/// A write forgets some entries that have ended: those of others may come first.
#[test]
fn what_has_ended_counts_for_no_subject() {
    let owner = Subject::from("s");
    let mut ledger = Ledger::new(StoreLimits::new().revocations_per_subject(2).issued_per_subject(2));
    for i in 0..SWEEP * 4 {
        ledger.revoke(token(&format!("of others {i}"), END - 1), None, moment(0)).unwrap();
        let theirs =
            Issued { subject: i.to_string().into(), ..issued(&format!("theirs {i}"), None, END - 1) };
        ledger.allow(theirs, moment(0)).unwrap();
    }
    for id in ["t", "u"] {
        ledger.revoke(token(id, END), Some(&owner), moment(0)).unwrap();
        ledger.allow(issued(&format!("issued {id}"), None, END), moment(0)).unwrap();
    }
    let now = moment(END + LEEWAY);
    let begun = Family { expires_at: at(END * 2), access_expires_at: at(END * 2), ..login("a") };
    assert_eq!(ledger.begin(begun, now).unwrap(), Begun::Living);
    let told = warnings(|| {
        ledger.revoke(token("v", END * 2), Some(&owner), now).unwrap();
        ledger.allow(issued("issued v", None, END * 2), now).unwrap();
    });
    assert_eq!(told.1, Vec::<String>::new());
    assert_eq!(ledger.rotate(rotation("a", "b", 0), now).unwrap(), Rotated::Fresh);
}

/// More has ended than a write forgets.
#[test]
fn what_has_ended_makes_no_budget_full() {
    let owner = Subject::from("s");
    let mut ledger = ledger((0..SWEEP * 10).map(|i| token(&format!("of others {i}"), END)));
    for i in 0..SWEEP * 10 {
        let subject = format!("user {i}");
        assert_eq!(ledger.begin(login_of(&subject, &subject, "a"), moment(0)).unwrap(), Begun::Living);
        let theirs = Issued { subject: subject.as_str().into(), ..issued(&subject, None, END) };
        ledger.allow(theirs, moment(0)).unwrap();
    }
    ledger.revoke(token("t", END * 2), Some(&owner), moment(0)).unwrap();
    ledger.limits = StoreLimits::each(80);
    let now = moment(END + LEEWAY);
    let lives = |id| Family { expires_at: at(END * 2), ..login_of("s", id, "a") };
    for id in ["f", "g"] {
        assert_eq!(ledger.begin(lives(id), now).unwrap(), Begun::Living);
    }
    ledger.allow(issued("issued", None, END * 2), now).unwrap();
    ledger.revoke(token("u", END * 2), Some(&Subject::from("other")), now).unwrap();
    let (ended, told) = warnings(|| ledger.revoke(family("g", END * 2), Some(&owner), now));
    assert!(ended.is_ok() && told.is_empty(), "{told:?}");
    assert_eq!(
        ledger.rotate(rotation("a", "b", 0), now).unwrap(),
        Rotated::Fresh,
        "the login on another device"
    );
}

/// It was opened with smaller limits than it had. An error says that nothing was done.
#[test]
fn what_a_ledger_with_too_much_refuses_ends_no_login_and_no_issued_token() {
    let mut ledger = ledger([]);
    for i in 0..30 {
        let subject = format!("user {i}");
        assert_eq!(ledger.begin(login_of(&subject, &subject, "a"), moment(0)).unwrap(), Begun::Living);
        let theirs = Issued { subject: subject.as_str().into(), ..issued(&subject, None, END) };
        ledger.allow(theirs, moment(0)).unwrap();
    }
    for id in ["f", "g"] {
        assert_eq!(ledger.begin(login_of("s", id, "a"), moment(0)).unwrap(), Begun::Living);
        ledger.allow(issued(id, None, END), moment(0)).unwrap();
    }
    for (budget, is_taken) in [(31, false), (32, true)] {
        ledger.limits = StoreLimits::each(budget).logins_per_subject(2).issued_per_subject(2);
        let begun = ledger.begin(login_of("s", "h", "a"), moment(1));
        assert_eq!(begun.is_ok(), is_taken, "{budget}");
        assert_eq!(ledger.allow(issued("h", None, END), moment(1)).is_ok(), is_taken, "{budget}");
        for id in ["f", "g"] {
            let status = ledger.refresh_status(id, "a", Duration::ZERO, moment(1));
            let lives = !is_taken || id == "g";
            assert_eq!(status == RefreshStatus::Current, lives, "{id} of {budget}");
            assert_eq!(ledger.is_allowed(id, at(1)) == TokenStatus::Valid, lives, "{id} of {budget}");
        }
    }
}

/// As [`what_has_ended_counts_for_no_subject`], in a ledger that has more than its budget.
#[test]
fn in_a_full_ledger_what_has_ended_ends_no_login() {
    let owner = Subject::from("s");
    let mut ledger = ledger((0..SWEEP * 2).map(|i| token(&format!("of others {i}"), END - 1)));
    ledger.revoke(token("t", END), Some(&owner), moment(0)).unwrap();
    for i in 0..20 {
        ledger.revoke(token(&i.to_string(), END * 2), None, moment(0)).unwrap();
    }
    let begun = Family { expires_at: at(END * 2), ..login("a") };
    assert_eq!(ledger.begin(begun, moment(0)).unwrap(), Begun::Living);
    ledger.limits = StoreLimits::each(20);
    let now = moment(END + LEEWAY);
    assert!(ledger.revoke(token("u", END * 2), Some(&owner), now).is_err(), "its first one");
    assert_eq!(ledger.rotate(rotation("a", "b", 0), now).unwrap(), Rotated::Fresh);
}

/// The one that ended may have been refreshed last.
#[test]
fn a_login_that_has_ended_ends_no_other_one() {
    let mut ledger = Ledger::new(StoreLimits::new().logins_per_subject(2));
    for i in 0..SWEEP * 2 {
        let id = i.to_string();
        let ended =
            Family { expires_at: at(END - 1), access_expires_at: at(END - 1), ..login_of(&id, &id, "a") };
        assert_eq!(ledger.begin(ended, moment(0)).unwrap(), Begun::Living);
    }
    let lives = |id| Family { expires_at: at(END * 2), ..login_of("s", id, "a") };
    assert_eq!(ledger.begin(lives("f"), moment(0)).unwrap(), Begun::Living);
    assert_eq!(ledger.begin(login_of("s", "ended", "a"), moment(1)).unwrap(), Begun::Living);
    let now = moment(END + LEEWAY);
    let (begun, told) = warnings(|| ledger.begin(lives("g"), now).unwrap());
    assert_eq!((begun, told), (Begun::Living, Vec::<String>::new()));
    assert_eq!(ledger.rotate(rotation("a", "b", 0), now).unwrap(), Rotated::Fresh);
}

/// A user with two devices only goes on. Beyond twice the budget, the second one is a cut-off, and the warning says why.
#[test]
fn the_access_tokens_that_refreshes_end_have_the_room_of_a_budget_again() {
    let mut ledger = Ledger::new(StoreLimits::each(100));
    for i in 0..100 {
        ledger.revoke(token(&i.to_string(), END), None, moment(0)).unwrap();
    }
    for i in 0..12 {
        let subject = format!("user {i}");
        for device in ["phone", "laptop"] {
            let id = format!("{device} {i}");
            assert_eq!(ledger.begin(login_of(&subject, &id, "0"), moment(0)).unwrap(), Begun::Living);
        }
    }
    let mut refresh = |user: usize, device: &str, round: usize| {
        let family = format!("{device} {user}");
        let ends = Some((format!("access {family} {round}"), at(END)));
        let (presented, next) = (round.to_string(), (round + 1).to_string());
        ledger.rotate(Rotation { family, ends, ..rotation(&presented, &next, 0) }, moment(1)).unwrap()
    };
    for user in 0..10 {
        for (round, device) in (0..5).flat_map(|round| [(round, "phone"), (round, "laptop")]) {
            assert_eq!(refresh(user, device, round), Rotated::Fresh, "{device} {user}, {round}");
        }
    }
    assert_eq!(refresh(10, "phone", 0), Rotated::Fresh, "the first one of a subject is never refused");
    assert_eq!(refresh(11, "phone", 0), Rotated::Fresh);
    let (rotated, told) = warnings(|| refresh(10, "laptop", 0));
    assert_eq!(rotated, Rotated::Unknown);
    is_told(&told, Some(100), "full of revocations");
    assert_eq!(refresh(11, "phone", 1), Rotated::Unknown);
    assert_eq!(ledger.revocations(), 202);
}
