//! Handlers without parameters: their callers may be let in by a look at what is remembered, which skips nothing.
//!
//! Each request is sent several times: to a cold cache, to a warm one, and to the copy of the thread.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use jwt_guard::cookies::CookieSettings;
use jwt_guard::setup::TokenCache;
use jwt_guard::store::TokenInfo;
use jwt_guard::{Algorithm, Claims, JwtGuard, Router, authentication_required, requires, routing};
use jwt_guard_tests::{AUDIENCE, ManualClock, Outcome, Request, Server, SigningKey, guard, hs256, token};

#[authentication_required]
async fn list() -> &'static str {
    "listed"
}

#[requires(scope = "orders:write", role = "clerk")]
async fn write() -> &'static str {
    "written"
}

async fn serve(guard: JwtGuard) -> Server {
    let app = Router::new().route("/", routing::get(list).post(list)).route("/write", routing::get(write));
    Server::start(app.with_guard(guard).into_axum()).await
}

const LISTED: Outcome<'_> = Outcome::ok("listed");

#[tokio::test]
async fn the_store_is_asked_each_time() {
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&asked);
    let store = move |token: &TokenInfo<'_>| {
        counted.fetch_add(1, Ordering::Relaxed);
        token.id == Some("gone")
    };
    let server = serve(guard(Algorithm::Hs256).revocation(store).build().unwrap()).await;
    let (good, gone) = (token(&[("jti", "\"here\"")]), token(&[("jti", "\"gone\"")]));
    for round in 1..=5 {
        server.get("/", &good).await.is(LISTED);
        server.get("/", &gone).await.is(Outcome::BAD_TOKEN);
        assert_eq!(asked.load(Ordering::Relaxed), 2 * round);
    }
}

#[tokio::test]
async fn the_application_is_asked_for_its_user_each_time() {
    let users =
        |claims: Claims| async move { Ok::<_, std::io::Error>((claims.subject() == "alice").then_some(())) };
    let server = serve(guard(Algorithm::Hs256).load_user(users).build().unwrap()).await;
    let mallory = token(&[("sub", "\"mallory\"")]);
    for _ in 0..5 {
        server.get("/", &token(&[])).await.is(LISTED);
        server.get("/", &mallory).await.is(Outcome::BAD_TOKEN);
    }
}

#[tokio::test]
async fn the_policy_is_asked_each_time_and_its_refusal_names_what_is_missing() {
    let server = serve(hs256()).await;
    let scope = ("scope", "\"orders:write\"");
    let both = token(&[scope, ("roles", "[\"clerk\"]")]);
    let neither = token(&[]);
    for _ in 0..5 {
        server.get("/write", &both).await.is(Outcome::ok("written"));
        server.get("/write", &token(&[scope])).await.is(Outcome::FORBIDDEN);
        assert_eq!(server.get("/write", &neither).await.status, 403);
        server.get("/", &neither).await.is(LISTED);
    }
}

#[tokio::test]
async fn another_sites_request_is_refused_each_time() {
    let guard = JwtGuard::builder()
        .signing_key(jwt_guard::SigningKey::secret(Algorithm::Hs256, SigningKey::secret()).unwrap())
        .audience(AUDIENCE)
        .clock(ManualClock::new())
        .cookies(CookieSettings::new())
        .token_cache(TokenCache::new().at_first_sight())
        .build()
        .unwrap();
    let token = guard.issuer().unwrap().access("alice").csrf().sign().unwrap();
    let cookie = format!("__Host-access_token={}", token.as_str());
    let server = serve(guard).await;
    for _ in 0..5 {
        server.send(Request::get("/").header("cookie", &cookie)).await.is(LISTED);
        assert_eq!(server.send(Request::post_json("/", "{}").header("cookie", &cookie)).await.status, 403);
    }
}

#[tokio::test]
async fn a_bad_token_is_refused_beside_a_good_one_that_is_remembered() {
    let server = serve(hs256()).await;
    let good = token(&[]);
    let (message, _) = good.rsplit_once('.').unwrap();
    let (_, signature) = good.rsplit_once('.').unwrap();
    let other = token(&[("sub", "\"bob\"")]);
    let (other_message, _) = other.rsplit_once('.').unwrap();
    // The last has the same end as the good one.
    let bad = [format!("{message}."), format!("{message}.AAAA"), format!("{other_message}.{signature}")];
    for _ in 0..5 {
        server.get("/", &good).await.is(LISTED);
        for token in &bad {
            server.get("/", token).await.is(Outcome::BAD_TOKEN);
        }
    }
}
