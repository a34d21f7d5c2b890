//! Logouts with tokens that no request gets in with, while something of their login may live.

use std::sync::atomic::Ordering;
use std::time::Duration;

use jwt_guard::cookies::CookieSettings;
use jwt_guard::store::MemoryStore;
use jwt_guard::{Algorithm, JwtGuard, Router, routing};
use jwt_guard_tests::key_server::{JWKS, KeyServer, Reply};
use jwt_guard_tests::{AUDIENCE, ISSUER, ManualClock, Outcome, Payload, Server, SigningKey};

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

/// Other nodes may have fetched a key that is new. A logout here that calls its token dead would end nothing there.
#[tokio::test]
async fn a_token_of_a_key_that_cannot_be_fetched_is_not_dead() {
    let issuer = KeyServer::start().await;
    let [old, new] = [Algorithm::Rs256, Algorithm::Es256].map(SigningKey::of);
    issuer.publish(&[("old", &old)]);
    let (clock, store) = (ManualClock::new(), MemoryStore::new());
    let service = async || {
        let guard = JwtGuard::builder().jwks_url(issuer.url(JWKS)).issuer(ISSUER).audience(AUDIENCE);
        let guard = guard.clock(clock.clone()).token_store(store.clone());
        let guard = guard.danger().loopback_http("the issuer is a task of this test").build().unwrap();
        let app = Router::new()
            .route("/leave", routing::post(super::leave))
            .route("/me", routing::get(super::me))
            .with_guard(guard);
        Server::start(app.into_axum()).await
    };
    let (here, there) = (service().await, service().await);
    let payload = Payload::good().with("jti", "\"t\"").with("sub", "\"ada\"");
    let (known, token) = (old.token_by("old", &payload), new.token_by("new", &payload));
    let leave = async |server: &Server, token: &str| server.send(post("/leave").bearer(token)).await;
    here.get("/me", &known).await.is(ADA);
    // A stranger has had this node fetch.
    clock.advance(Duration::from_secs(31));
    here.get("/me", &new.token_by("invented", &payload)).await.is(Outcome::BAD_TOKEN);
    issuer.publish(&[("old", &old), ("new", &new)]);
    there.get("/me", &token).await.is(ADA);

    leave(&here, &token).await.is(UNAVAILABLE);
    let expired = payload.clone().with("iat", "1799990000").with("exp", "1799999000");
    assert_eq!(leave(&here, &new.token_by("new", &expired)).await.status, 204, "it is dead everywhere");
    clock.advance(Duration::from_secs(31));
    issuer.reply(JWKS, Reply::With(500, String::new(), Vec::new()));
    leave(&here, &token).await.is(UNAVAILABLE);
    issuer.publish(&[("old", &old), ("new", &new)]);
    clock.advance(Duration::from_secs(31));
    assert_eq!(leave(&here, &token).await.status, 204);
    there.get("/me", &token).await.is(Outcome::BAD_TOKEN);
    // The issuer was asked, and lists no such key.
    clock.advance(Duration::from_secs(31));
    for _ in 0..2 {
        assert_eq!(leave(&here, &new.token_by("gone", &payload)).await.status, 204);
    }
}
