//! What is left when a token, a login or a cut-off has ended.

use super::*;
use crate::store::RefreshStatus;

#[test]
fn a_ledger_restored_from_its_journal_is_in_the_same_line_and_epoch() {
    let mut ledger = Ledger::journaled(StoreLimits::new());
    let mut restored = Ledger::journaled(StoreLimits::new());
    ledger.set_line().unwrap();
    replay(&mut ledger, &mut restored);
    assert!(restored.mark().is_some());
    assert_eq!(restored.mark(), ledger.mark());

    // The cut-off has ended and is forgotten when it is restored, and its epoch stays.
    ledger.revoke(subject(1, 2), None, moment(1)).unwrap();
    ledger.sweep(moment(2 + LEEWAY));
    assert!(ledger.revokes_nothing());
    replay(&mut ledger, &mut restored);
    assert_eq!(restored.mark(), ledger.mark());
}

#[test]
fn a_ledger_without_an_entry_revokes_nothing_and_one_with_any_kind_of_revocation_does() {
    let mut ledger = ledger([]);
    assert_eq!(ledger.begin(login("a"), moment(0)).unwrap(), Begun::Living);
    ledger.allow(issued("t", None, END), moment(0)).unwrap();
    assert!(ledger.revokes_nothing());
    let everybody = Revocation::All { issued_before: at(1), expires_at: at(END) };
    for revocation in [token("t", END), family("g", END), subject(1, END), everybody] {
        let mut ledger = self::ledger([]);
        ledger.revoke(revocation, None, moment(0)).unwrap();
        assert!(!ledger.revokes_nothing());
        ledger.sweep(moment(END + LEEWAY));
        assert!(ledger.revokes_nothing());
    }
}

/// A token may be issued while its login ends.
#[test]
fn a_token_that_is_remembered_after_its_login_has_ended_is_refused() {
    for ends in ["by name", "with its subject"] {
        let mut ledger = ledger([]);
        ledger.set_line().unwrap();
        let name = format!("f{}", ledger.mark().unwrap());
        let what = if ends == "by name" { family(&name, END) } else { subject(1, END) };
        ledger.revoke(what, None, moment(1)).unwrap();
        ledger.allow(issued("t", Some(&name), END), moment(1)).unwrap();
        assert_eq!(ledger.is_allowed("t", at(2)), TokenStatus::Revoked, "{ends}");
        ledger.allow(issued("u", Some("another"), END), moment(1)).unwrap();
        assert_eq!(ledger.is_allowed("u", at(2)), TokenStatus::Valid, "{ends}");
    }
}

#[test]
fn the_issued_tokens_of_a_login_are_forgotten_with_it() {
    let mut ledger = Ledger::journaled(StoreLimits::new());
    assert_eq!(ledger.begin(login("a"), moment(0)).unwrap(), Begun::Living);
    for (id, family) in [("t", Some("f")), ("u", Some("f")), ("v", Some("g")), ("w", None)] {
        ledger.allow(issued(id, family, END), moment(0)).unwrap();
    }
    ledger.revoke(family("f", END), None, moment(1)).unwrap();
    assert_eq!(ledger.len(), 3, "the revocation, and the tokens of others");
    for (id, status) in [("v", TokenStatus::Valid), ("w", TokenStatus::Valid), ("t", TokenStatus::Revoked)] {
        assert_eq!(ledger.is_allowed(id, at(1)), status, "{id}");
    }
}

/// A node hears of a cut-off again when it reads all, and of logins of its epoch before it.
#[cfg(feature = "store-redis")]
#[test]
fn a_cut_off_stands_for_the_revoked_logins_of_earlier_epochs_and_not_for_those_of_its_own() {
    for key in [EVERYBODY.to_owned(), Subject::from("s").key()] {
        let mut ledger = ledger([]);
        ledger.follow("line", 5);
        let owner = Subject::from("s");
        let names = [("line", 4), ("line", 5), ("line", 6), ("of another store", 4)];
        let names = names.map(|(line, epoch)| format!("f{}", mark(line, epoch)));
        for name in names.iter().map(String::as_str).chain(["of another issuer"]) {
            ledger.revoke(family(name, END), Some(&owner), moment(1)).unwrap();
        }
        let (before, ends) = (moment(1), moment(END));
        let cut_off = CutOff { before, ends, epoch: 5, replaces_tokens: false };
        ledger.cut_at(key.as_str().into(), cut_off).unwrap();
        assert_eq!(ledger.families.len(), 4, "{key}");
        assert!(ledger.families.get(&names[0]).is_none(), "{key}");
        for name in names.iter().map(String::as_str).chain(["of another issuer"]) {
            let token = TokenInfo { family: Some(name), ..facts(Some(2)) };
            assert_eq!(ledger.token_status(&token, at(2)), TokenStatus::Revoked, "{key} {name}");
        }
    }
}

/// Its cut-off forgets its issued tokens, so it must have room even in a full ledger.
#[test]
fn a_full_ledger_ends_a_subject_that_has_only_issued_tokens() {
    for everybody in [false, true] {
        let mut ledger = Ledger::new(StoreLimits::each(10));
        for i in 0..10 {
            ledger.revoke(token(&i.to_string(), END), None, moment(0)).unwrap();
        }
        assert!(ledger.revoke(subject(2, END), None, moment(0)).is_err(), "it has nothing");
        ledger.allow(issued("t", None, END), moment(0)).unwrap();
        let all = Revocation::All { issued_before: at(2), expires_at: at(END) };
        let what = if everybody { all } else { subject(2, END) };
        ledger.revoke(what, None, moment(1)).unwrap();
        assert_eq!(ledger.is_allowed("t", at(1)), TokenStatus::Revoked);
        assert_eq!(ledger.token_status(&facts(Some(1)), at(1)), TokenStatus::Revoked);
    }
}

/// An error says that nothing was done.
#[test]
fn a_token_that_could_not_be_revoked_stays_on_the_list_of_issued_ones() {
    let mut ledger = Ledger::new(StoreLimits::each(10));
    ledger.allow(issued("t", Some("f"), END), moment(0)).unwrap();
    for i in 0..10 {
        ledger.revoke(token(&i.to_string(), END), None, moment(0)).unwrap();
    }
    for (revocation, what) in [(token("t", END), "the token"), (family("f", END), "its login")] {
        assert!(ledger.revoke(revocation, None, moment(1)).is_err());
        assert_eq!(ledger.is_allowed("t", at(1)), TokenStatus::Valid, "{what}");
    }
}

#[test]
fn a_clock_that_goes_back_makes_no_retry_of_a_reuse() {
    let mut ledger = ledger([]);
    assert_eq!(ledger.begin(login("a"), moment(0)).unwrap(), Begun::Living);
    assert_eq!(ledger.rotate(rotation("a", "b", 10), moment(100)).unwrap(), Rotated::Fresh);
    let grace = Duration::from_secs(10);
    let is_retry = |at| ledger.refresh_status("f", "a", grace, moment(at)) == RefreshStatus::Retried;
    assert_eq!([90, 91, 100, 109, 110].map(is_retry), [false, true, true, true, false]);
    assert_eq!(ledger.rotate(rotation("a", "c", 10), moment(90)).unwrap(), Rotated::Reused);
}

#[cfg(feature = "store-file")]
#[test]
fn a_rotation_that_is_taken_back_leaves_the_end_of_its_access_token() {
    let mut ledger = ledger([]);
    assert_eq!(ledger.begin(login("a"), moment(0)).unwrap(), Begun::Living);
    let before = ledger.login_of("f").unwrap();
    let later = Rotation { access_expires_at: at(2 * END), ..rotation("a", "b", 0) };
    assert_eq!(ledger.rotate(later, moment(1)).unwrap(), Rotated::Fresh);
    ledger.unrotate("f", "b", before);
    // The access token that the rotation made may have been given out.
    ledger.revoke(family("f", END), None, moment(2)).unwrap();
    assert_eq!(ledger.token_status(&facts(Some(1)), at(2 * END)), TokenStatus::Revoked);
}

#[cfg(feature = "store-file")]
#[test]
fn a_rotation_is_taken_back_unless_the_login_has_changed_since() {
    let rotate = |ledger: &mut Ledger, presented: &str, next: &'static str, grace| {
        let before = ledger.login_of("f").unwrap();
        let rotated = ledger.rotate(rotation(presented, next, grace), moment(1)).unwrap();
        (rotated, next, before)
    };
    let cases = [
        ("alone", vec![("a", "b", 0)], "a"),
        ("and a retry", vec![("a", "b", 10), ("a", "c", 10)], "a"),
        ("and the next one", vec![("a", "b", 0), ("b", "c", 0)], "a"),
        ("and a reuse", vec![("a", "b", 0), ("a", "c", 0)], ""),
    ];
    for (what, rotations, current) in cases {
        let mut ledger = ledger([]);
        assert_eq!(ledger.begin(login("a"), moment(0)).unwrap(), Begun::Living);
        let decided: Vec<_> = rotations
            .into_iter()
            .map(|(presented, next, grace)| rotate(&mut ledger, presented, next, grace))
            .collect();
        for (_, next, before) in decided.into_iter().rev() {
            ledger.unrotate("f", next, before);
        }
        for id in ["a", "b", "c"] {
            let status = ledger.refresh_status("f", id, Duration::ZERO, moment(1));
            assert_eq!(status == RefreshStatus::Current, id == current, "{what}: {id}");
        }
    }
    // A later one was acknowledged.
    let mut ledger = ledger([]);
    assert_eq!(ledger.begin(login("a"), moment(0)).unwrap(), Begun::Living);
    let (_, next, before) = rotate(&mut ledger, "a", "b", 0);
    rotate(&mut ledger, "b", "c", 0);
    ledger.unrotate("f", next, before);
    assert_eq!(ledger.refresh_status("f", "c", Duration::ZERO, moment(1)), RefreshStatus::Current);
}
