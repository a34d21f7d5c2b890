//! What every store owes, whatever keeps it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime};

use jwt_guard::store::{
    Begun, Family, Issued, RefreshStatus, Revocation, Rotated, StoreLimits, Subject, TokenStatus, TokenStore,
};
use jwt_guard_tests::events::{Capture, Logged, capture};
use tokio::task::JoinSet;
use tokio::time::sleep;
use tracing::Level;

use super::{LEEWAY, LIFE, answer, facts, issued, login, present, rotation, token, until};

/// A grace that lasts longer than a test, and one that is soon over.
const LONG: Duration = Duration::from_secs(60);
const SHORT: Duration = Duration::from_millis(10);

/// `tests` is one test for each obligation, each with a store of its own. `$make` makes it, with what it needs to live; `None`
/// skips the test. `one_test` checks all in one test, for stores that are slow to make.
macro_rules! contract {
    ($mode:ident: $make:path) => {
        $crate::stores::contract::contract!(@$mode $make:
            every_revocation_counts_until_its_end
            a_cut_off_revokes_other_tokens_by_the_time_of_their_issue
            logins_end_by_their_epoch_whatever_the_clocks_say
            everybody_ends_at_once_and_begins_anew
            a_subject_is_a_name_and_its_issuer
            tokens_and_logins_are_revoked_of_one_issuer_or_of_all
            to_ask_about_a_refresh_token_changes_nothing
            a_revoked_login_takes_its_issued_tokens_with_it
            a_revoked_login_is_revoked_until_its_last_access_token_has_ended
            a_refresh_ends_the_access_token_that_it_names
            a_revocation_is_never_weakened
            a_login_rotates_and_reuse_revokes_it
            a_retry_within_the_grace_period_is_honest
            without_a_grace_every_reuse_ends_the_login_whatever_the_clocks_say
            a_login_ends_with_its_last_token
            a_revoked_login_is_unknown
            a_login_begins_once
            one_of_a_thousand_concurrent_rotations_wins
            one_of_a_thousand_wins_and_the_login_survives_honest_retries
            a_thousand_concurrent_revocations_are_all_kept
            issued_tokens_are_allowed_until_they_are_revoked
            a_listed_token_is_not_allowed_once_its_login_or_all_have_ended
            names_of_any_form_are_told_apart
            debug_shows_no_name
            a_login_that_outlasts_a_cut_off_never_lives_again
            a_cut_off_counts_until_the_last_access_token_has_ended
            a_cut_off_does_not_wait_for_refresh_tokens
            a_cut_off_saves_nothing_that_was_revoked_by_name
            a_login_that_is_revoked_after_a_cut_off_stays_revoked_over_the_next
            a_name_of_an_epoch_that_has_not_begun_saves_no_token
            a_login_ends_as_a_whole_by_its_issuer_and_by_no_other
        );
    };
    (@tests $make:path: $($name:ident)*) => {
        $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $name() {
            if let Some((store, _needs)) = $make().await {
                $crate::stores::contract::$name(std::sync::Arc::new(store)).await;
            }
        })*
    };
    (@one_test $make:path: $($name:ident)*) => {{
        $(println!("{}", stringify!($name));
        $crate::stores::contract::$name(std::sync::Arc::new($make().await)).await;)*
    }};
}

pub(super) use contract;

pub(super) use super::cut_offs::*;
pub(super) use super::issuers::*;

pub(super) async fn every_revocation_counts_until_its_end(store: Arc<impl TokenStore>) {
    let now = present();
    let mine = facts("t", Some("f"), now);
    let of = |what| (what, now + LIFE);
    let family = Revocation::Family { id: "f".to_owned(), expires_at: now + LIFE };
    assert_eq!(answer(store.token_status(&mine, now)).await.unwrap(), TokenStatus::Valid);
    for (what, end) in [of(token("t", now)), of(family)] {
        store.revoke(what, now).await.unwrap();
        assert_eq!(answer(store.token_status(&mine, now)).await.unwrap(), TokenStatus::Revoked);
        let last = end + LEEWAY - Duration::from_millis(1);
        assert_eq!(answer(store.token_status(&mine, last)).await.unwrap(), TokenStatus::Revoked);
        assert_eq!(answer(store.token_status(&mine, end + LEEWAY * 2)).await.unwrap(), TokenStatus::Valid);
    }
    let others = facts("f", Some("t"), now);
    assert_eq!(answer(store.token_status(&others, now)).await.unwrap(), TokenStatus::Valid);
}

/// Tokens that do not say in which epoch of the store their login began.
pub(super) async fn a_cut_off_revokes_other_tokens_by_the_time_of_their_issue(store: Arc<impl TokenStore>) {
    let now = present();
    let cut_off = now + Duration::from_secs(10);
    let what = Revocation::Subject { subject: "ada".into(), issued_before: cut_off, expires_at: now + LIFE };
    store.revoke(what, now).await.unwrap();
    let mut mine = facts("t", None, now);
    for (issued_at, status) in [
        (Some(now), TokenStatus::Revoked),
        (Some(cut_off - Duration::from_millis(1)), TokenStatus::Revoked),
        (Some(cut_off + Duration::from_millis(1)), TokenStatus::Valid),
        (None, TokenStatus::Revoked),
    ] {
        for family in [None, Some("f"), Some("another.line.7")] {
            (mine.issued_at, mine.family) = (issued_at, family);
            let answer = answer(store.token_status(&mine, now)).await.unwrap();
            assert_eq!(answer, status, "{issued_at:?} {family:?}");
        }
    }
    mine.issued_at = Some(now);
    let end = now + LIFE + LEEWAY * 2;
    assert_eq!(answer(store.token_status(&mine, end)).await.unwrap(), TokenStatus::Valid);
    // No cut-off of a subject is about a machine, not even one of an empty subject.
    let what = Revocation::Subject { subject: "".into(), issued_before: cut_off, expires_at: now + LIFE };
    store.revoke(what, now).await.unwrap();
    for (issuer, subject) in [
        (None, Some("bob")),
        (Some("https://partner.example"), Some("ada")),
        (Some(""), Some("ada")),
        (None, None),
        (Some(""), None),
    ] {
        (mine.issuer, mine.subject) = (issuer, subject);
        let answer = answer(store.token_status(&mine, now)).await.unwrap();
        assert_eq!(answer, TokenStatus::Valid, "{issuer:?} {subject:?}");
    }
}

/// A login of `subject` that begins now, with its name.
async fn begun(store: &impl TokenStore, subject: Subject) -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let now = present();
    let mark = store.login_mark(now).await.unwrap();
    let id = format!("login-{}{mark}", COUNT.fetch_add(1, Ordering::Relaxed));
    let family = Family { subject, ..login(&id, "a", now) };
    assert_eq!(store.begin(family, now).await.unwrap(), Begun::Living);
    id
}

/// Where an access token of a login stands that was issued then.
async fn access(store: &impl TokenStore, family: &str, issued_at: SystemTime) -> TokenStatus {
    let mut token = facts("an access token", Some(family), present());
    token.issued_at = Some(issued_at);
    answer(store.token_status(&token, present())).await.unwrap()
}

pub(super) async fn logins_end_by_their_epoch_whatever_the_clocks_say(store: Arc<impl TokenStore>) {
    let (now, skew) = (present(), Duration::from_secs(10));
    let (old, others) = (begun(&*store, "ada".into()).await, begun(&*store, "bob".into()).await);
    let late = format!("late{}", store.login_mark(now).await.unwrap());
    let what =
        Revocation::Subject { subject: "ada".into(), issued_before: now - skew, expires_at: now + LIFE };
    store.revoke(what, now).await.unwrap();
    for issued_at in [now - skew, now, now + skew] {
        assert_eq!(access(&*store, &old, issued_at).await, TokenStatus::Revoked);
    }
    let asked = store.refresh_status(&old, "a", Duration::ZERO, now);
    assert_eq!(answer(asked).await.unwrap(), RefreshStatus::Unknown);
    let presented = rotation(&old, "a", "b", now);
    assert_eq!(store.rotate(presented, now).await.unwrap(), Rotated::Unknown);
    // Its name was marked before, and it begins after.
    assert_eq!(store.begin(login(&late, "a", now), now).await.unwrap(), Begun::Outrun);

    let new = begun(&*store, "ada".into()).await;
    for issued_at in [now - skew * 2, now, now + skew] {
        assert_eq!(access(&*store, &new, issued_at).await, TokenStatus::Valid);
    }
    let mut his = facts("an access token", Some(&others), now);
    his.subject = Some("bob");
    assert_eq!(answer(store.token_status(&his, now)).await.unwrap(), TokenStatus::Valid);
    for family in [&new, &others] {
        let presented = rotation(family, "a", "b", now);
        assert_eq!(store.rotate(presented, now).await.unwrap(), Rotated::Fresh);
    }
}

pub(super) async fn everybody_ends_at_once_and_begins_anew(store: Arc<impl TokenStore>) {
    let (now, skew) = (present(), Duration::from_secs(10));
    let before = [begun(&*store, "ada".into()).await, begun(&*store, "bob".into()).await];
    store.revoke(Revocation::All { issued_before: now + skew, expires_at: now + LIFE }, now).await.unwrap();
    let after = [begun(&*store, "ada".into()).await, begun(&*store, "bob".into()).await];
    for (families, status, refresh, rotated) in [
        (before, TokenStatus::Revoked, RefreshStatus::Unknown, Rotated::Unknown),
        (after, TokenStatus::Valid, RefreshStatus::Current, Rotated::Fresh),
    ] {
        for family in families {
            let asked = store.refresh_status(&family, "a", Duration::ZERO, now);
            assert_eq!(answer(asked).await.unwrap(), refresh);
            for issued_at in [now - skew, now + skew * 2] {
                assert_eq!(access(&*store, &family, issued_at).await, status);
            }
            assert_eq!(store.rotate(rotation(&family, "a", "b", now), now).await.unwrap(), rotated);
        }
    }
    let mut theirs = facts("t", Some("a session of another service"), now);
    theirs.issuer = Some("https://partner.example");
    for (issued_at, status) in [
        (None, TokenStatus::Revoked),
        (Some(now), TokenStatus::Revoked),
        (Some(now + skew + Duration::from_millis(1)), TokenStatus::Valid),
    ] {
        theirs.issued_at = issued_at;
        assert_eq!(answer(store.token_status(&theirs, now)).await.unwrap(), status, "{issued_at:?}");
    }
    theirs.issued_at = None;
    let end = now + LIFE + LEEWAY * 2;
    assert_eq!(answer(store.token_status(&theirs, end)).await.unwrap(), TokenStatus::Valid);
}

pub(super) async fn a_subject_is_a_name_and_its_issuer(store: Arc<impl TokenStore>) {
    let now = present();
    let subjects = [Subject::from("ada"), Subject::of_issuer("a", "ada"), Subject::of_issuer("b", "ada")];
    let mut logins = Vec::new();
    for subject in &subjects {
        logins.push(begun(&*store, subject.clone()).await);
    }
    let [_, subject, _] = subjects;
    let what = Revocation::Subject { subject, issued_before: now, expires_at: now + LIFE };
    store.revoke(what, now).await.unwrap();
    for (login, rotated) in logins.iter().zip([Rotated::Fresh, Rotated::Unknown, Rotated::Fresh]) {
        assert_eq!(store.rotate(rotation(login, "a", "b", now), now).await.unwrap(), rotated);
    }
}

/// Whatever ids another issuer chooses.
pub(super) async fn tokens_and_logins_are_revoked_of_one_issuer_or_of_all(store: Arc<impl TokenStore>) {
    let now = present();
    let issuers = [None, Some("a"), Some("b")];
    let revoked = async || {
        let mut revoked = Vec::new();
        for issuer in issuers {
            let mut token = facts("t", Some("f"), now);
            token.issuer = issuer;
            let status = answer(store.token_status(&token, now)).await.unwrap();
            revoked.push(status == TokenStatus::Revoked);
        }
        revoked
    };
    let expires_at = now + LIFE;
    let named = |issuer: Option<&str>| issuer.map(str::to_owned);
    for id in ["1:at", "1:bt", ":t", "at", "1:af"] {
        for issuer in ["", "1", "1:a"] {
            let (issuer, id) = (named(Some(issuer)), id.to_owned());
            store.revoke(Revocation::TokenOf { issuer, id, expires_at }, now).await.unwrap();
        }
    }
    assert_eq!(revoked().await, [false, false, false]);
    let what = Revocation::TokenOf { issuer: named(Some("a")), id: "t".to_owned(), expires_at };
    store.revoke(what, now).await.unwrap();
    assert_eq!(revoked().await, [false, true, false]);
    let what = Revocation::FamilyOf { issuer: None, id: "f".to_owned(), expires_at };
    store.revoke_for_subject(Subject::from("ada"), what, now).await.unwrap();
    assert_eq!(revoked().await, [true, true, false]);
    store.revoke(token("t", now), now).await.unwrap();
    assert_eq!(revoked().await, [true, true, true]);
}

pub(super) async fn to_ask_about_a_refresh_token_changes_nothing(store: Arc<impl TokenStore>) {
    let now = present();
    let ask = async |family: &str, id: &str, grace| {
        answer(store.refresh_status(family, id, grace, present())).await.unwrap()
    };
    assert_eq!(ask("f", "a", LONG).await, RefreshStatus::Unknown);
    assert_eq!(store.begin(login("f", "a", now), now).await.unwrap(), Begun::Living);
    assert_eq!(ask("f", "a", Duration::ZERO).await, RefreshStatus::Current);
    assert_eq!(store.rotate(rotation("f", "a", "b", now), now).await.unwrap(), Rotated::Fresh);
    let replaced = RefreshStatus::Replaced(Some("POST /refresh".to_owned()));
    sleep(SHORT * 2).await;
    for _ in 0..3 {
        assert_eq!(ask("f", "b", Duration::ZERO).await, RefreshStatus::Current);
        assert_eq!(ask("f", "a", LONG).await, RefreshStatus::Retried);
        assert_eq!(ask("f", "a", SHORT).await, replaced);
        assert_eq!(ask("f", "never seen", LONG).await, replaced);
        assert_eq!(ask("g", "b", LONG).await, RefreshStatus::Unknown);
    }
    assert_eq!(store.rotate(rotation("f", "b", "c", now), now).await.unwrap(), Rotated::Fresh);
    assert_eq!(store.rotate(rotation("f", "a", "d", now), now).await.unwrap(), Rotated::Reused);
    assert_eq!(ask("f", "c", LONG).await, RefreshStatus::Unknown);
}

pub(super) async fn a_revoked_login_takes_its_issued_tokens_with_it(store: Arc<impl TokenStore>) {
    let now = present();
    let is_allowed = async |id| answer(store.is_allowed(id, now)).await.unwrap();
    for (family, ends) in [("f", "by name"), ("g", "by reuse"), ("h", "with all of its subject")] {
        assert_eq!(store.begin(login(family, "a", now), now).await.unwrap(), Begun::Living);
        store.allow(issued("its", Some(family), now), now).await.unwrap();
        let other = Issued { subject: "bob".into(), ..issued("another", None, now) };
        store.allow(other, now).await.unwrap();
        assert_eq!(is_allowed("its").await, TokenStatus::Valid);
        match ends {
            "by name" => {
                let what = Revocation::Family { id: family.to_owned(), expires_at: now };
                store.revoke(what, now).await.unwrap();
            }
            "by reuse" => {
                let reused = store.rotate(rotation(family, "x", "b", now), now).await.unwrap();
                assert_eq!(reused, Rotated::Reused);
            }
            _ => {
                let (subject, issued_before) = ("ada".into(), now);
                let what = Revocation::Subject { subject, issued_before, expires_at: now + LIFE };
                store.revoke(what, now).await.unwrap();
            }
        }
        assert_eq!(is_allowed("its").await, TokenStatus::Revoked, "{ends}");
        assert_eq!(is_allowed("another").await, TokenStatus::Valid, "{ends}");
    }
}

/// Whichever of its tokens ends first.
pub(super) async fn a_revoked_login_is_revoked_until_its_last_access_token_has_ended(
    store: Arc<impl TokenStore>,
) {
    let now = present();
    let last = now + LIFE * 2 + LEEWAY - Duration::from_millis(1);
    for (family, rotated) in [("by name", false), ("by reuse", false), ("after a refresh", true)] {
        let mut begun = login(family, "a", now);
        begun.expires_at = now + Duration::from_secs(1);
        if !rotated {
            begun.access_expires_at = now + LIFE * 2;
        }
        assert_eq!(store.begin(begun, now).await.unwrap(), Begun::Living);
        if rotated {
            let mut step = rotation(family, "a", "b", now);
            step.access_expires_at = now + LIFE * 2;
            step.expires_at = now + Duration::from_secs(1);
            assert_eq!(store.rotate(step, now).await.unwrap(), Rotated::Fresh);
        }
        if family == "by name" {
            store.revoke(Revocation::Family { id: family.to_owned(), expires_at: now }, now).await.unwrap();
        } else {
            let mut step = rotation(family, "x", "c", now);
            step.access_expires_at = now;
            assert_eq!(store.rotate(step, now).await.unwrap(), Rotated::Reused);
        }
        let token = facts("an access token", Some(family), now);
        assert_eq!(answer(store.token_status(&token, last)).await.unwrap(), TokenStatus::Revoked, "{family}");
    }
}

pub(super) async fn a_refresh_ends_the_access_token_that_it_names(store: Arc<impl TokenStore>) {
    let now = present();
    assert_eq!(store.begin(login("f", "a", now), now).await.unwrap(), Begun::Living);
    for id in ["first", "second"] {
        store.allow(issued(id, Some("f"), now), now).await.unwrap();
    }
    let mut step = rotation("f", "a", "b", now);
    step.ends = Some(("first".to_owned(), now + LIFE));
    assert_eq!(store.rotate(step, now).await.unwrap(), Rotated::Fresh);
    for (id, status) in [("first", TokenStatus::Revoked), ("second", TokenStatus::Valid)] {
        let token = facts(id, Some("f"), now);
        assert_eq!(answer(store.token_status(&token, now)).await.unwrap(), status, "{id}");
        assert_eq!(answer(store.is_allowed(id, now)).await.unwrap(), status, "{id}");
    }
}

/// What the limits for one subject are in [`a_subject_has_its_share`].
pub(super) fn small_share() -> StoreLimits {
    StoreLimits::new().logins_per_subject(3).issued_per_subject(3).revocations_per_subject(4)
}

/// No part of the contract, since it is about a store with limits.
pub(super) async fn a_subject_has_its_share(store: Arc<impl TokenStore>) {
    let now = present();
    let later = |millis| now + Duration::from_millis(millis);
    let rotate = async |family: &str, presented: &str, next: &str, at| {
        store.rotate(rotation(family, presented, next, now), at).await.unwrap()
    };
    let mut logins = Vec::new();
    for i in 0..3 {
        let mark = store.login_mark(now).await.unwrap();
        logins.push(format!("{i}{mark}"));
        let begun = store.begin(login(&logins[i], "a", now), later(i as u64)).await.unwrap();
        assert_eq!(begun, Begun::Living);
    }
    let his = begun(&*store, "bob".into()).await;
    // The first one is used again, so the second one has waited longest.
    assert_eq!(rotate(&logins[0], "a", "b", later(10)).await, Rotated::Fresh);
    logins.push(begun(&*store, "ada".into()).await);
    assert_eq!(access(&*store, &logins[1], now).await, TokenStatus::Revoked);
    assert_eq!(rotate(&logins[1], "a", "b", later(11)).await, Rotated::Unknown);
    for family in [&logins[0], &logins[2], &logins[3]] {
        assert_eq!(access(&*store, family, now).await, TokenStatus::Valid);
    }

    for (i, id) in ["0", "1", "2", "3"].into_iter().enumerate() {
        let expires_at = now + LIFE + Duration::from_secs(i as u64);
        store.allow(Issued { expires_at, ..issued(id, None, now) }, now).await.unwrap();
    }
    assert_eq!(answer(store.is_allowed("0", now)).await.unwrap(), TokenStatus::Revoked);
    assert_eq!(answer(store.is_allowed("3", now)).await.unwrap(), TokenStatus::Valid);

    // The login that had to go was the first revocation, and one may have four.
    for id in ["r0", "r1", "r2"] {
        store.revoke_for_subject("ada".into(), token(id, now), now).await.unwrap();
        store
            .revoke_for_subject("ada".into(), token(id, now), now)
            .await
            .expect("the same once more is not another one");
    }
    assert_eq!(access(&*store, &logins[0], now).await, TokenStatus::Valid);
    store.revoke_for_subject("ada".into(), token("r3", now), now).await.unwrap();
    for family in &logins {
        until("all ends", async || {
            (access(&*store, family, now).await == TokenStatus::Revoked).then_some(())
        })
        .await;
        assert_eq!(rotate(family, "b", "c", later(12)).await, Rotated::Unknown);
    }
    for id in ["r0", "r1", "r2", "r3"] {
        let status = answer(store.token_status(&facts(id, None, now), now)).await.unwrap();
        assert_eq!(status, TokenStatus::Revoked, "{id}");
    }
    let new = begun(&*store, "ada".into()).await;
    assert_eq!(access(&*store, &new, now).await, TokenStatus::Valid);
    assert_eq!(rotate(&his, "a", "b", later(12)).await, Rotated::Fresh);
    a_revoked_token_makes_room_for_another(&*store).await;
}

/// In the share of its subject.
async fn a_revoked_token_makes_room_for_another(store: &impl TokenStore) {
    let (now, moment) = (present(), Duration::from_secs(1));
    let carol = || Subject::from("carol");
    let allow = async |id: &str, expires_at| {
        let token = Issued { subject: carol(), expires_at, ..issued(id, Some("c"), now) };
        store.allow(token, now).await.unwrap();
    };
    let begun = Family { subject: carol(), ..login("c", "a", now) };
    assert_eq!(store.begin(begun, now).await.unwrap(), Begun::Living);
    allow("ends first", now + LIFE - moment).await;
    allow("second", now + LIFE).await;
    allow("logged out", now + LIFE).await;
    store.revoke_for_subject(carol(), token("logged out", now), now).await.unwrap();
    allow("renewed", now + LIFE).await;
    let mut step = rotation("c", "a", "b", now);
    step.ends = Some(("renewed".to_owned(), now + LIFE));
    assert_eq!(store.rotate(step, now).await.unwrap(), Rotated::Fresh);
    allow("the next", now + LIFE).await;
    for id in ["ends first", "second", "the next"] {
        assert_eq!(answer(store.is_allowed(id, now)).await.unwrap(), TokenStatus::Valid, "{id}");
    }
}

/// Of [`small_share`]: what is revoked or listed once more, with an earlier end, counts until the later one.
pub(super) async fn a_share_is_taken_until_the_later_end(store: &impl TokenStore) {
    let (now, early) = (present(), Duration::from_secs(1));
    let later = now + early + LEEWAY * 2;
    let id = begun(store, "dan".into()).await;
    let revoke = async |id: &str, expires_at, at| {
        let what = Revocation::Token { id: id.to_owned(), expires_at };
        store.revoke_for_subject("dan".into(), what, at).await.unwrap();
    };
    let allow = async |id: &str, expires_at, at| {
        let token = Issued { subject: "dan".into(), expires_at, ..issued(id, None, now) };
        store.allow(token, at).await.unwrap();
    };
    for expires_at in [now + LIFE, now + early] {
        revoke("d0", expires_at, now).await;
        allow("a0", expires_at, now).await;
    }
    for i in 1..4 {
        revoke(&format!("d{i}"), now + LIFE * 2, later).await;
        allow(&format!("a{i}"), now + LIFE * 2, later).await;
    }
    for (i, status) in [TokenStatus::Revoked, TokenStatus::Valid, TokenStatus::Valid].into_iter().enumerate()
    {
        let listed = answer(store.is_allowed(&format!("a{i}"), later)).await.unwrap();
        assert_eq!(listed, status, "the one that ends first had to go: a{i}");
    }
    let asked = async || answer(store.refresh_status(&id, "a", Duration::ZERO, later)).await.unwrap();
    assert_eq!(asked().await, RefreshStatus::Current);
    revoke("d4", now + LIFE * 2, later).await;
    assert_eq!(asked().await, RefreshStatus::Unknown, "one revocation too many ends all");
}

/// Of [`small_share`]. Only for a runtime of one thread, and a store that works on it: a thread sees its own events.
pub(super) async fn each_end_by_a_limit_is_a_warning(store: &impl TokenStore) {
    const LOGINS: &str = "a subject has more logins";
    const REVOCATIONS: &str = "a subject has more revocations";

    let now = present();
    let log = capture();
    let warned = |log: &Capture| {
        let warned: Vec<_> = log.take().into_iter().filter(|event| event.level == Level::WARN).collect();
        let text = |event: &Logged| event.field("message").unwrap().split(" than").next().unwrap().to_owned();
        warned.iter().map(text).collect::<Vec<_>>()
    };
    for (subject, logins, expected) in
        [("refreshes", 1, vec![REVOCATIONS]), ("logs in", 3, vec![LOGINS, REVOCATIONS])]
    {
        let mut id = String::new();
        for _ in 0..logins {
            id = begun(store, subject.into()).await;
        }
        for i in 0..4 {
            let what = token(&format!("{subject} {i}"), now);
            store.revoke_for_subject(subject.into(), what, now).await.unwrap();
        }
        let another = format!("another of one that {subject}{}", store.login_mark(now).await.unwrap());
        assert_eq!(warned(&log), Vec::<String>::new(), "{subject}");
        if logins == 1 {
            let mut step = rotation(&id, "a", "b", now);
            step.ends = Some((format!("{subject} access"), now + LIFE));
            assert_eq!(store.rotate(step, now).await.unwrap(), Rotated::Unknown);
        } else {
            let family = Family { subject: subject.into(), ..login(&another, "a", now) };
            assert_eq!(store.begin(family, now).await.unwrap(), Begun::Outrun);
        }
        let mut warned = warned(&log);
        warned.sort();
        assert_eq!(warned, expected, "{subject}");
    }
    // Reuse is a revocation, too.
    let id = begun(store, "reuses".into()).await;
    for i in 0..4 {
        let what = token(&format!("reuses {i}"), now);
        store.revoke_for_subject("reuses".into(), what, now).await.unwrap();
    }
    assert_eq!(store.rotate(rotation(&id, "x", "b", now), now).await.unwrap(), Rotated::Reused);
    assert_eq!(warned(&log), [REVOCATIONS]);
}

pub(super) async fn a_revocation_is_never_weakened(store: Arc<impl TokenStore>) {
    let now = present();
    let early = now + Duration::from_secs(1);
    let subject =
        |issued_before, expires_at| Revocation::Subject { subject: "ada".into(), issued_before, expires_at };
    store.revoke(token("t", now), now).await.unwrap();
    store.revoke(Revocation::Token { id: "t".to_owned(), expires_at: early }, now).await.unwrap();
    store.revoke(subject(now + LIFE, now + LIFE), now).await.unwrap();
    store.revoke(subject(early, early), now).await.unwrap();

    let late = now + LIFE + LEEWAY - Duration::from_millis(1);
    let mut mine = facts("t", None, now + LIFE);
    assert_eq!(answer(store.token_status(&mine, late)).await.unwrap(), TokenStatus::Revoked);
    mine.id = None;
    mine.issued_at = Some(now + LIFE - Duration::from_millis(1));
    assert_eq!(answer(store.token_status(&mine, late)).await.unwrap(), TokenStatus::Revoked);
}

pub(super) async fn a_login_rotates_and_reuse_revokes_it(store: Arc<impl TokenStore>) {
    let now = present();
    assert_eq!(store.begin(login("f", "a", now), now).await.unwrap(), Begun::Living);
    let rotate = |presented, next| store.rotate(rotation("f", presented, next, now), now);
    assert_eq!(rotate("a", "b").await.unwrap(), Rotated::Fresh);
    assert_eq!(rotate("b", "c").await.unwrap(), Rotated::Fresh);
    let access = facts("an access token", Some("f"), now);
    assert_eq!(answer(store.token_status(&access, now)).await.unwrap(), TokenStatus::Valid);

    assert_eq!(rotate("a", "d").await.unwrap(), Rotated::Reused);
    assert_eq!(answer(store.token_status(&access, now)).await.unwrap(), TokenStatus::Revoked);
    assert_eq!(rotate("c", "e").await.unwrap(), Rotated::Unknown);
    let never = rotation("another", "a", "b", now);
    assert_eq!(store.rotate(never, now).await.unwrap(), Rotated::Unknown);
}

/// Of the time that passes: a server has a clock of its own.
pub(super) async fn a_retry_within_the_grace_period_is_honest(store: Arc<impl TokenStore>) {
    let now = present();
    assert_eq!(store.begin(login("f", "a", now), now).await.unwrap(), Begun::Living);
    let rotate = |presented, next, grace| {
        let mut rotation = rotation("f", presented, next, now);
        rotation.grace = grace;
        store.rotate(rotation, present())
    };
    assert_eq!(rotate("a", "b", LONG).await.unwrap(), Rotated::Fresh);
    assert_eq!(rotate("a", "c", LONG).await.unwrap(), Rotated::Retried);
    assert_eq!(rotate("b", "d", LONG).await.unwrap(), Rotated::Fresh, "the retry has changed nothing");
    sleep(SHORT * 2).await;
    assert_eq!(rotate("b", "e", SHORT).await.unwrap(), Rotated::Reused);
}

pub(super) async fn without_a_grace_every_reuse_ends_the_login_whatever_the_clocks_say(
    store: Arc<impl TokenStore>,
) {
    let (now, skew) = (present(), Duration::from_secs(10));
    for (family, later) in [("f", now - skew), ("g", now), ("h", now + skew)] {
        assert_eq!(store.begin(login(family, "a", now), now).await.unwrap(), Begun::Living);
        assert_eq!(store.rotate(rotation(family, "a", "b", now), now).await.unwrap(), Rotated::Fresh);
        let asked = answer(store.refresh_status(family, "a", Duration::ZERO, later)).await.unwrap();
        assert_eq!(asked, RefreshStatus::Replaced(Some("POST /refresh".to_owned())), "{family}");
        let reused = store.rotate(rotation(family, "a", "c", later), later).await.unwrap();
        assert_eq!(reused, Rotated::Reused, "{family}");
    }
}

pub(super) async fn a_login_ends_with_its_last_token(store: Arc<impl TokenStore>) {
    let now = present();
    assert_eq!(store.begin(login("f", "a", now), now).await.unwrap(), Begun::Living);
    let later = now + LIFE;
    assert_eq!(store.rotate(rotation("f", "a", "b", later), later).await.unwrap(), Rotated::Fresh);
    let later = later + LIFE + LEEWAY - Duration::from_millis(1);
    assert_eq!(store.rotate(rotation("f", "b", "c", later), later).await.unwrap(), Rotated::Fresh);
    let end = later + LIFE + LEEWAY * 2;
    assert_eq!(store.rotate(rotation("f", "c", "d", end), end).await.unwrap(), Rotated::Unknown);
}

pub(super) async fn a_revoked_login_is_unknown(store: Arc<impl TokenStore>) {
    let now = present();
    assert_eq!(store.begin(login("f", "a", now), now).await.unwrap(), Begun::Living);
    store.revoke(Revocation::Family { id: "f".to_owned(), expires_at: now }, now).await.unwrap();
    let rotate = |presented| store.rotate(rotation("f", presented, "b", now), now);
    assert_eq!(rotate("a").await.unwrap(), Rotated::Unknown);
    assert_eq!(rotate("x").await.unwrap(), Rotated::Unknown);
    assert!(store.begin(login("f", "a", now), now).await.is_err());
    let access = facts("an access token", Some("f"), now);
    let last = now + LIFE;
    let status = answer(store.token_status(&access, last)).await.unwrap();
    assert_eq!(status, TokenStatus::Revoked, "as long as the login would have lived");
}

pub(super) async fn a_login_begins_once(store: Arc<impl TokenStore>) {
    let now = present();
    assert_eq!(store.begin(login("f", "a", now), now).await.unwrap(), Begun::Living);
    assert_eq!(store.begin(login("f", "a", now), now).await.unwrap(), Begun::Living, "the same once more");
    assert!(store.begin(login("f", "b", now), now).await.is_err());
    store.rotate(rotation("f", "a", "b", now), now).await.unwrap();
    assert!(store.begin(login("f", "b", now), now).await.is_err());
}

/// Presents one token a thousand times at once, and counts the results.
async fn race(store: &Arc<impl TokenStore>, grace: Duration) -> [usize; 4] {
    let now = present();
    assert_eq!(store.begin(login("f", "a", now), now).await.unwrap(), Begun::Living);
    let mut racers = JoinSet::new();
    for i in 0..1_000 {
        let store = store.clone();
        let mut rotation = rotation("f", "a", &format!("next {i}"), now);
        rotation.grace = grace;
        racers.spawn(async move { store.rotate(rotation, now).await.unwrap() });
    }
    let results = racers.join_all().await;
    [Rotated::Fresh, Rotated::Retried, Rotated::Reused, Rotated::Unknown]
        .map(|kind| results.iter().filter(|result| **result == kind).count())
}

pub(super) async fn one_of_a_thousand_concurrent_rotations_wins(store: Arc<impl TokenStore>) {
    assert_eq!(race(&store, Duration::ZERO).await, [1, 0, 1, 998]);
    let access = facts("an access token", Some("f"), present());
    assert_eq!(answer(store.token_status(&access, present())).await.unwrap(), TokenStatus::Revoked);
}

pub(super) async fn one_of_a_thousand_wins_and_the_login_survives_honest_retries(
    store: Arc<impl TokenStore>,
) {
    assert_eq!(race(&store, LONG).await, [1, 999, 0, 0]);
}

pub(super) async fn a_thousand_concurrent_revocations_are_all_kept(store: Arc<impl TokenStore>) {
    let now = present();
    let mut revocations = JoinSet::new();
    for i in 0..1_000 {
        let store = store.clone();
        revocations.spawn(async move {
            let id = i.to_string();
            store.revoke(token(&id, now), now).await.unwrap();
            assert_eq!(
                answer(store.token_status(&facts(&id, None, now), now)).await.unwrap(),
                TokenStatus::Revoked
            );
        });
    }
    revocations.join_all().await;
}

pub(super) async fn issued_tokens_are_allowed_until_they_are_revoked(store: Arc<impl TokenStore>) {
    let now = present();
    assert_eq!(answer(store.is_allowed("t", now)).await.unwrap(), TokenStatus::Revoked);
    store.allow(issued("t", None, now), now).await.unwrap();
    assert_eq!(answer(store.is_allowed("t", now)).await.unwrap(), TokenStatus::Valid);
    assert_eq!(answer(store.is_allowed("u", now)).await.unwrap(), TokenStatus::Revoked);
    assert_eq!(answer(store.is_allowed("t", now + LIFE + LEEWAY * 2)).await.unwrap(), TokenStatus::Revoked);
    store.revoke(token("t", now), now).await.unwrap();
    assert_eq!(answer(store.is_allowed("t", now)).await.unwrap(), TokenStatus::Revoked);
    store.allow(issued("t", None, now), now).await.unwrap();
    assert_eq!(answer(store.is_allowed("t", now)).await.unwrap(), TokenStatus::Revoked);
}

/// Whether it was listed before that, or a caller that was outrun lists it afterwards.
pub(super) async fn a_listed_token_is_not_allowed_once_its_login_or_all_have_ended(
    store: Arc<impl TokenStore>,
) {
    let now = present();
    for end in ["logout", "reuse", "of the subject", "of all"] {
        let (mine, his) = (begun(&*store, "ada".into()).await, begun(&*store, "bob".into()).await);
        let allow = async |id: &str, subject: &str, family: Option<&str>| {
            let token = Issued { subject: subject.into(), ..issued(&format!("{id} {end}"), family, now) };
            store.allow(token, now).await.unwrap();
        };
        allow("before", "ada", Some(&mine)).await;
        allow("of no login", "ada", None).await;
        allow("another's", "bob", Some(&his)).await;
        let expires_at = now + LIFE;
        match end {
            "logout" => {
                let what = Revocation::Family { id: mine.clone(), expires_at };
                store.revoke_for_subject("ada".into(), what, now).await.unwrap();
            }
            "reuse" => {
                let reused = store.rotate(rotation(&mine, "x", "b", now), now).await.unwrap();
                assert_eq!(reused, Rotated::Reused);
            }
            "of the subject" => {
                let what = Revocation::Subject { subject: "ada".into(), issued_before: now, expires_at };
                store.revoke(what, now).await.unwrap();
            }
            _ => store.revoke(Revocation::All { issued_before: now, expires_at }, now).await.unwrap(),
        }
        allow("too late", "ada", Some(&mine)).await;
        let new = begun(&*store, "ada".into()).await;
        allow("new", "ada", Some(&new)).await;
        allow("new of no login", "ada", None).await;
        let (one, all) = (end.starts_with("of the"), end == "of all");
        for (id, is_over) in [
            ("before", true),
            ("too late", true),
            ("of no login", one || all),
            ("another's", all),
            ("new", false),
            ("new of no login", false),
        ] {
            let status = answer(store.is_allowed(&format!("{id} {end}"), now)).await.unwrap();
            let expected = if is_over { TokenStatus::Revoked } else { TokenStatus::Valid };
            assert_eq!(status, expected, "{id} {end}");
        }
    }
}

pub(super) async fn names_of_any_form_are_told_apart(store: Arc<impl TokenStore>) {
    let now = present();
    let names = ["", "a", "a:b", "{a}", "}{", "\0", "\u{e9}", "a b\r\n", "*", &"long ".repeat(1_000)];
    for (i, revoked) in names.iter().enumerate() {
        store.revoke(token(revoked, now), now).await.unwrap();
        for (j, name) in names.iter().enumerate() {
            let expected = if j <= i { TokenStatus::Revoked } else { TokenStatus::Valid };
            let mine = facts(name, None, now);
            assert_eq!(
                answer(store.token_status(&mine, now)).await.unwrap(),
                expected,
                "{name:?} after {revoked:?}"
            );
        }
    }
}

pub(super) async fn debug_shows_no_name(store: Arc<impl TokenStore>) {
    let now = present();
    assert_eq!(
        store.begin(login("name-of-a-login", "name-of-a-token", now), now).await.unwrap(),
        Begun::Living
    );
    store.revoke(token("name-of-a-revoked-token", now), now).await.unwrap();
    let shown = format!("{store:?}");
    assert!(!shown.contains("name-of"));
    assert!(["MemoryStore", "FileStore", "RedisStore"].iter().any(|name| shown.starts_with(name)), "{shown}");
}
