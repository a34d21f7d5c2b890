//! Logouts with tokens that no request gets in with, while something of their login may live.

use std::sync::atomic::Ordering;

use jwt_guard::cookies::CookieSettings;
use jwt_guard::store::MemoryStore;
use jwt_guard_tests::Outcome;

use super::store::Flaky;
use super::{ADA, Jar, Pair, UNAVAILABLE, builder, login, post, serve};

/// An owner whose token a thief has exchanged has the ended access token, and no other.
#[tokio::test]
async fn an_access_token_that_a_refresh_has_ended_ends_its_login() {
    let guard = builder().token_store(MemoryStore::new()).refresh_ends_access().build().unwrap();
    let server = serve(guard).await;
    let (first, other) = (login(&server).await, login(&server).await);
    let second = Pair::of(&server.send(post("/refresh").bearer(&first.refresh)).await);
    server.get("/me", &first.access).await.is(Outcome::BAD_TOKEN);
    server.get("/me", &second.access).await.is(ADA);
    for _ in 0..2 {
        assert_eq!(server.send(post("/leave").bearer(&first.access)).await.status, 204);
        server.get("/me", &second.access).await.is(Outcome::BAD_TOKEN);
        server.send(post("/refresh").bearer(&second.refresh)).await.is(Outcome::BAD_TOKEN);
    }
    server.get("/me", &other.access).await.is(ADA);
}

/// What is revoked takes a share of its subject, and of the store: a dead token must not use it up.
#[tokio::test]
async fn the_tokens_of_an_ended_login_change_nothing() {
    let store = Flaky::default();
    let server = serve(builder().token_store(store.clone()).build().unwrap()).await;
    let (first, other) = (login(&server).await, login(&server).await);
    let second = Pair::of(&server.send(post("/refresh").bearer(&first.refresh)).await);
    assert_eq!(server.send(post("/leave").bearer(&second.access)).await.status, 204);
    store.changes_fail.store(true, Ordering::SeqCst);
    for token in [&first.access, &second.access] {
        assert_eq!(server.send(post("/leave").bearer(token)).await.status, 204);
    }
    server.send(post("/leave").bearer(&other.access)).await.is(UNAVAILABLE);
}

/// In a cookie it ends its login for a request that proves where it comes from. For others it is dead, and cleared.
#[tokio::test]
async fn a_dead_cookie_without_its_csrf_value_ends_nothing_and_is_cleared() {
    for repeats_value in [true, false] {
        let guard = builder().token_store(MemoryStore::new()).cookies(CookieSettings::new());
        let server = serve(guard.refresh_ends_access().build().unwrap()).await;
        let mut jar = Jar::login(&server).await;
        let mut dead = jar.clone();
        let refreshed = jar.refresh(&server).await;
        jar.keep(&refreshed);
        dead.0.retain(|name, _| !name.contains("refresh"));
        let leave = post("/leave");
        let leave = if repeats_value { leave.header("x-csrf-token", dead.csrf()) } else { leave };
        let answer = dead.send(&server, leave).await;
        assert_eq!(answer.status, 204);
        dead.keep(&answer);
        assert!(dead.0.is_empty(), "{dead:?}");
        let expected = if repeats_value { Outcome::BAD_TOKEN } else { ADA };
        jar.send(&server, jwt_guard_tests::Request::get("/me")).await.is(expected);
    }
}
