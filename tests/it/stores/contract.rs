//! What every store owes, whatever keeps it.

use std::sync::Arc;
use std::time::Duration;

use jwt_guard::store::{Revocation, Rotated, Standing, TokenStore};
use tokio::task::JoinSet;

use super::{LEEWAY, LIFE, answer, facts, login, present, rotation, token};

/// `tests` is one test for each obligation, each with a store of its own. `$make` makes it, with what it needs to live; `None`
/// skips the test. `one_test` checks all in one test, for stores that are slow to make.
macro_rules! contract {
    ($mode:ident: $make:path) => {
        $crate::stores::contract::contract!(@$mode $make:
            every_revocation_counts_until_its_end
            a_cut_off_revokes_what_was_issued_before
            a_revocation_is_never_weakened
            a_login_rotates_and_reuse_revokes_it
            a_retry_within_the_grace_period_is_honest
            a_login_ends_with_its_last_token
            a_revoked_login_is_unknown
            a_login_begins_once
            one_of_a_thousand_concurrent_rotations_wins
            one_of_a_thousand_wins_and_the_login_survives_honest_retries
            a_thousand_concurrent_revocations_are_all_kept
            issued_tokens_are_allowed_until_they_are_revoked
            names_of_any_form_are_told_apart
            debug_shows_no_name
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

pub(super) async fn every_revocation_counts_until_its_end(store: Arc<impl TokenStore>) {
    let now = present();
    let mine = facts("t", Some("f"), now);
    let of = |what| (what, now + LIFE);
    let family = Revocation::Family { id: "f".to_owned(), expires_at: now + LIFE };
    assert_eq!(answer(store.standing(&mine, now)).await.unwrap(), Standing::Good);
    for (what, end) in [of(token("t", now)), of(family)] {
        store.revoke(what, now).await.unwrap();
        assert_eq!(answer(store.standing(&mine, now)).await.unwrap(), Standing::Revoked);
        let last = end + LEEWAY - Duration::from_millis(1);
        assert_eq!(answer(store.standing(&mine, last)).await.unwrap(), Standing::Revoked);
        assert_eq!(answer(store.standing(&mine, end + LEEWAY * 2)).await.unwrap(), Standing::Good);
    }
    let others = facts("f", Some("t"), now);
    assert_eq!(answer(store.standing(&others, now)).await.unwrap(), Standing::Good);
}

pub(super) async fn a_cut_off_revokes_what_was_issued_before(store: Arc<impl TokenStore>) {
    let now = present();
    let cut_off = now + Duration::from_secs(10);
    assert_eq!(store.revoked_before("ada", now).await.unwrap(), None);
    let subject = "ada".to_owned();
    let what = Revocation::Subject { subject, issued_before: cut_off, expires_at: now + LIFE };
    store.revoke(what, now).await.unwrap();

    let known = store.revoked_before("ada", now).await.unwrap().expect("a cut-off");
    assert!(known >= cut_off && known < cut_off + Duration::from_millis(1));
    assert_eq!(store.revoked_before("bob", now).await.unwrap(), None);
    assert_eq!(store.revoked_before("ada", now + LIFE + LEEWAY * 2).await.unwrap(), None);

    let mut mine = facts("t", None, now);
    for (issued_at, standing) in [
        (Some(now), Standing::Revoked),
        (Some(known - Duration::from_millis(1)), Standing::Revoked),
        (Some(known), Standing::Good),
        (None, Standing::Revoked),
    ] {
        mine.issued_at = issued_at;
        assert_eq!(answer(store.standing(&mine, now)).await.unwrap(), standing, "{issued_at:?}");
    }
    mine.subject = "bob";
    assert_eq!(answer(store.standing(&mine, now)).await.unwrap(), Standing::Good);
}

pub(super) async fn a_revocation_is_never_weakened(store: Arc<impl TokenStore>) {
    let now = present();
    let early = now + Duration::from_secs(1);
    let subject = |issued_before, expires_at| Revocation::Subject {
        subject: "ada".to_owned(),
        issued_before,
        expires_at,
    };
    store.revoke(token("t", now), now).await.unwrap();
    store.revoke(Revocation::Token { id: "t".to_owned(), expires_at: early }, now).await.unwrap();
    store.revoke(subject(now + LIFE, now + LIFE), now).await.unwrap();
    store.revoke(subject(early, early), now).await.unwrap();

    let late = now + LIFE + LEEWAY - Duration::from_millis(1);
    let mut mine = facts("t", None, now + LIFE);
    assert_eq!(answer(store.standing(&mine, late)).await.unwrap(), Standing::Revoked);
    mine.id = None;
    mine.issued_at = Some(now + LIFE - Duration::from_millis(1));
    assert_eq!(answer(store.standing(&mine, late)).await.unwrap(), Standing::Revoked);
}

pub(super) async fn a_login_rotates_and_reuse_revokes_it(store: Arc<impl TokenStore>) {
    let now = present();
    store.begin(login("f", "a", now), now).await.unwrap();
    let rotate = |presented, next| store.rotate(rotation("f", presented, next, now), now);
    assert_eq!(rotate("a", "b").await.unwrap(), Rotated::Fresh);
    assert_eq!(rotate("b", "c").await.unwrap(), Rotated::Fresh);
    let access = facts("an access token", Some("f"), now);
    assert_eq!(answer(store.standing(&access, now)).await.unwrap(), Standing::Good);

    assert_eq!(rotate("a", "d").await.unwrap(), Rotated::Reused);
    assert_eq!(answer(store.standing(&access, now)).await.unwrap(), Standing::Revoked);
    assert_eq!(rotate("c", "e").await.unwrap(), Rotated::Unknown);
    let never = rotation("another", "a", "b", now);
    assert_eq!(store.rotate(never, now).await.unwrap(), Rotated::Unknown);
}

pub(super) async fn a_retry_within_the_grace_period_is_honest(store: Arc<impl TokenStore>) {
    let now = present();
    let grace = Duration::from_secs(5);
    store.begin(login("f", "a", now), now).await.unwrap();
    let rotate = |presented, next, later| {
        let mut rotation = rotation("f", presented, next, now);
        rotation.grace = grace;
        store.rotate(rotation, now + later)
    };
    assert_eq!(rotate("a", "b", Duration::ZERO).await.unwrap(), Rotated::Fresh);
    assert_eq!(rotate("a", "c", grace - Duration::from_millis(2)).await.unwrap(), Rotated::Retried);
    assert_eq!(rotate("b", "d", grace).await.unwrap(), Rotated::Fresh, "the retry has changed nothing");
    assert_eq!(rotate("b", "e", grace * 2 + Duration::from_millis(2)).await.unwrap(), Rotated::Reused);
}

pub(super) async fn a_login_ends_with_its_last_token(store: Arc<impl TokenStore>) {
    let now = present();
    store.begin(login("f", "a", now), now).await.unwrap();
    let later = now + LIFE;
    assert_eq!(store.rotate(rotation("f", "a", "b", later), later).await.unwrap(), Rotated::Fresh);
    let later = later + LIFE + LEEWAY - Duration::from_millis(1);
    assert_eq!(store.rotate(rotation("f", "b", "c", later), later).await.unwrap(), Rotated::Fresh);
    let end = later + LIFE + LEEWAY * 2;
    assert_eq!(store.rotate(rotation("f", "c", "d", end), end).await.unwrap(), Rotated::Unknown);
}

pub(super) async fn a_revoked_login_is_unknown(store: Arc<impl TokenStore>) {
    let now = present();
    store.begin(login("f", "a", now), now).await.unwrap();
    store.revoke(Revocation::Family { id: "f".to_owned(), expires_at: now }, now).await.unwrap();
    let rotate = |presented| store.rotate(rotation("f", presented, "b", now), now);
    assert_eq!(rotate("a").await.unwrap(), Rotated::Unknown);
    assert_eq!(rotate("x").await.unwrap(), Rotated::Unknown);
    assert!(store.begin(login("f", "a", now), now).await.is_err());
    let access = facts("an access token", Some("f"), now);
    let last = now + LIFE;
    let standing = answer(store.standing(&access, last)).await.unwrap();
    assert_eq!(standing, Standing::Revoked, "as long as the login would have lived");
}

pub(super) async fn a_login_begins_once(store: Arc<impl TokenStore>) {
    let now = present();
    store.begin(login("f", "a", now), now).await.unwrap();
    store.begin(login("f", "a", now), now).await.expect("the same once more");
    assert!(store.begin(login("f", "b", now), now).await.is_err());
    store.rotate(rotation("f", "a", "b", now), now).await.unwrap();
    assert!(store.begin(login("f", "b", now), now).await.is_err());
}

/// Presents one token a thousand times at once, and counts the results.
async fn race(store: &Arc<impl TokenStore>, grace: Duration) -> [usize; 4] {
    let now = present();
    store.begin(login("f", "a", now), now).await.unwrap();
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
    assert_eq!(answer(store.standing(&access, present())).await.unwrap(), Standing::Revoked);
}

pub(super) async fn one_of_a_thousand_wins_and_the_login_survives_honest_retries(
    store: Arc<impl TokenStore>,
) {
    assert_eq!(race(&store, Duration::from_secs(60)).await, [1, 999, 0, 0]);
}

pub(super) async fn a_thousand_concurrent_revocations_are_all_kept(store: Arc<impl TokenStore>) {
    let now = present();
    let mut revocations = JoinSet::new();
    for i in 0..1_000 {
        let store = store.clone();
        revocations.spawn(async move {
            let id = i.to_string();
            store.revoke(token(&id, now), now).await.unwrap();
            assert_eq!(answer(store.standing(&facts(&id, None, now), now)).await.unwrap(), Standing::Revoked);
        });
    }
    revocations.join_all().await;
}

pub(super) async fn issued_tokens_are_allowed_until_they_are_revoked(store: Arc<impl TokenStore>) {
    let now = present();
    assert_eq!(answer(store.is_allowed("t", now)).await.unwrap(), Standing::Revoked);
    store.allow("t".to_owned(), now + LIFE, now).await.unwrap();
    assert_eq!(answer(store.is_allowed("t", now)).await.unwrap(), Standing::Good);
    assert_eq!(answer(store.is_allowed("u", now)).await.unwrap(), Standing::Revoked);
    assert_eq!(answer(store.is_allowed("t", now + LIFE + LEEWAY * 2)).await.unwrap(), Standing::Revoked);
    store.revoke(token("t", now), now).await.unwrap();
    assert_eq!(answer(store.is_allowed("t", now)).await.unwrap(), Standing::Revoked);
    store.allow("t".to_owned(), now + LIFE, now).await.unwrap();
    assert_eq!(answer(store.is_allowed("t", now)).await.unwrap(), Standing::Revoked);
}

pub(super) async fn names_of_any_form_are_told_apart(store: Arc<impl TokenStore>) {
    let now = present();
    let names = ["", "a", "a:b", "{a}", "}{", "\0", "\u{e9}", "a b\r\n", "*", &"long ".repeat(1_000)];
    for (i, revoked) in names.iter().enumerate() {
        store.revoke(token(revoked, now), now).await.unwrap();
        for (j, name) in names.iter().enumerate() {
            let expected = if j <= i { Standing::Revoked } else { Standing::Good };
            let mine = facts(name, None, now);
            assert_eq!(
                answer(store.standing(&mine, now)).await.unwrap(),
                expected,
                "{name:?} after {revoked:?}"
            );
        }
    }
}

pub(super) async fn debug_shows_no_name(store: Arc<impl TokenStore>) {
    let now = present();
    store.begin(login("name-of-a-login", "name-of-a-token", now), now).await.unwrap();
    store.revoke(token("name-of-a-revoked-token", now), now).await.unwrap();
    assert!(!format!("{store:?}").contains("name-of"));
}
