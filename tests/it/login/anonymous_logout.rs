//! A logout of an anonymous caller: 204 only if the credential that was looked at can never be valid again, and no other one is
//! beside it.

use axum::extract::State;
use axum::response::Response;
use jwt_guard::cookies::CookieSettings;
use jwt_guard::login::LoginError;
use jwt_guard::session::{NewSession, Sessions};
use jwt_guard::store::MemoryStore;
use jwt_guard::{JwtGuard, Principal, Router, routing};
use jwt_guard_tests::{Answer, Outcome, Request, Server, events};

use super::{ADA, CROSS_SITE, Jar, MINUTE, builder, me, post, refresh};

#[jwt_guard::anonymous_allowed(credentials = "ignored")]
async fn unseen(guard: JwtGuard, caller: Principal) -> Result<Response, LoginError> {
    guard.logout(&caller).await
}

#[jwt_guard::anonymous_allowed]
async fn elsewhere(State(guard): State<JwtGuard>, caller: Principal) -> Result<Response, LoginError> {
    guard.logout(&caller).await
}

#[jwt_guard::anonymous_allowed(expired = "anonymous")]
async fn lenient(guard: JwtGuard, caller: Principal) -> Result<Response, LoginError> {
    guard.logout(&caller).await
}

#[jwt_guard::requires(role = "clerk", enforcement = "report_only")]
async fn reported(guard: JwtGuard, caller: Principal) -> Result<Response, LoginError> {
    guard.logout(&caller).await
}

async fn serve(guard: JwtGuard) -> Server {
    let app = Router::new()
        .route("/login", routing::post(super::log_in))
        .route("/refresh", routing::post(refresh))
        .route("/me", routing::get(me))
        .route("/unseen", routing::any(unseen))
        .route("/elsewhere", routing::any(elsewhere))
        .route("/lenient", routing::any(lenient))
        .route("/reported", routing::any(reported))
        .with_guard(guard.clone())
        .with_state(guard);
    Server::start(app.into_axum()).await
}

#[track_caller]
fn is_refused(answer: &Answer, status: u16) {
    assert_eq!(
        (answer.status.as_u16(), answer.headers.contains_key("set-cookie")),
        (status, false),
        "{answer:?}"
    );
}

/// The credential of a bearer, of a browser, and of a browser with a session.
#[tokio::test]
async fn a_handler_that_looks_at_no_credential_needs_login_credentials() {
    let server = serve(builder().token_store(MemoryStore::new()).build().unwrap()).await;
    let pair = super::login(&server).await;
    for path in ["/unseen", "/elsewhere"] {
        let log = events::capture();
        let answer = server.send(post(path).bearer(if path == "/unseen" { &pair.access } else { "" })).await;
        is_refused(&answer, 500);
        let said = format!("{:?}", log.take());
        assert!(said.contains("takes `LoginCredentials`") && said.contains("login_not_configured"), "{said}");
    }
    server.get("/me", &pair.access).await.is(ADA);

    let cookies = builder().token_store(MemoryStore::new()).cookies(CookieSettings::new());
    let server = serve(cookies.build().unwrap()).await;
    let jar = Jar::login(&server).await;
    is_refused(&jar.send(&server, post("/unseen").header("x-csrf-token", jar.csrf())).await, 500);
    is_refused(&jar.send(&server, post("/unseen")).await, 500);
    jar.send(&server, Request::get("/me")).await.is(ADA);

    let sessions = Sessions::new(tower_sessions_memory_store::MemoryStore::default());
    let server = serve(JwtGuard::builder().sessions(sessions.clone()).build().unwrap()).await;
    let id = sessions.create(NewSession::new("ada")).await.unwrap();
    let cookie = format!("__Host-session={}", id.as_str());
    let request = post("/unseen").header("cookie", &cookie).header("sec-fetch-site", "same-origin");
    is_refused(&server.send(request).await, 500);
    server.send(Request::get("/me").header("cookie", &cookie)).await.is(ADA);
}

#[tokio::test]
async fn two_unequal_cookies_of_which_one_lives_are_refused_and_none_is_cleared() {
    let sessions = Sessions::new(tower_sessions_memory_store::MemoryStore::default());
    let guard =
        builder().token_store(MemoryStore::new()).cookies(CookieSettings::new()).sessions(sessions.clone());
    let server = serve(guard.build().unwrap()).await;
    let access = Jar::login(&server).await.0["__Host-access_token"].clone();
    let id = sessions.create(NewSession::new("ada")).await.unwrap();
    for (name, value) in [("__Host-access_token", &*access), ("__Host-session", id.as_str())] {
        for path in ["/lenient", "/reported"] {
            let request = post(path).header("cookie", format!("{name}=another; {name}={value}"));
            is_refused(&server.send(request.header("sec-fetch-site", "same-origin")).await, 400);
        }
        server.send(Request::get("/me").header("cookie", format!("{name}={value}"))).await.is(ADA);
    }
}

/// The first place has a dead token, and the next one is not looked at.
#[tokio::test]
async fn a_credential_behind_a_dead_one_is_not_taken_for_over() {
    let clock = jwt_guard_tests::ManualClock::new();
    let store = tower_sessions_memory_store::MemoryStore::default();
    let sessions = Sessions::builder(store).clock(clock.clone()).build().unwrap();
    let guard = builder()
        .clock(clock.clone())
        .token_store(MemoryStore::new())
        .cookies(CookieSettings::new())
        .sessions(sessions.clone())
        .prefer_first();
    let server = serve(guard.build().unwrap()).await;
    let expired = Jar::login(&server).await.0["__Host-access_token"].clone();
    clock.advance(MINUTE * 20);
    let living = Jar::login(&server).await.0["__Host-access_token"].clone();
    let id = sessions.create(NewSession::new("ada")).await.unwrap();
    let session = format!("__Host-session={}", id.as_str());
    let ours = || post("/lenient").header("sec-fetch-site", "same-origin");
    let both = format!("__Host-access_token={expired}; {session}");
    is_refused(&server.send(ours().header("cookie", both)).await, 400);
    let cookie = format!("__Host-access_token={living}");
    is_refused(&server.send(ours().bearer(&expired).header("cookie", &cookie)).await, 400);
    for cookie in [&session, &cookie] {
        server.send(Request::get("/me").header("cookie", cookie)).await.is(ADA);
    }
    let dead = ours().header("cookie", format!("__Host-access_token={expired}"));
    assert_eq!(server.send(dead).await.status, 204);
}

#[tokio::test]
async fn a_session_id_that_was_replaced_a_moment_ago_is_refused_and_the_session_lives() {
    let sessions = Sessions::new(tower_sessions_memory_store::MemoryStore::default());
    let server = serve(JwtGuard::builder().sessions(sessions.clone()).build().unwrap()).await;
    let old = sessions.create(NewSession::new("ada")).await.unwrap();
    let new = sessions.rotate(old.as_str()).await.unwrap().unwrap();
    let by = |id: &str| format!("__Host-session={id}");
    let request = || post("/lenient").header("sec-fetch-site", "same-origin");
    is_refused(&server.send(request().header("cookie", by(old.as_str()))).await, 401);
    server.send(Request::get("/me").header("cookie", by(new.as_str()))).await.is(ADA);
    // One that is over has nothing to end.
    let answer = server.send(request().header("cookie", by("another"))).await;
    assert_eq!((answer.status.as_u16(), answer.headers.contains_key("set-cookie")), (204, true));
}

/// Without its CSRF value a cookie does not stand for a caller, and may live.
#[tokio::test]
async fn a_policy_that_only_reports_does_not_clear_a_cookie_that_another_site_may_have_sent() {
    let guard = builder().token_store(MemoryStore::new()).cookies(CookieSettings::new()).build().unwrap();
    let server = serve(guard).await;
    let jar = Jar::login(&server).await;
    let answer = jar.send(&server, post("/reported")).await;
    answer.is(CROSS_SITE);
    is_refused(&answer, 403);
    jar.send(&server, Request::get("/me")).await.is(ADA);
    let answer = jar.send(&server, post("/reported").header("x-csrf-token", jar.csrf())).await;
    assert_eq!(answer.status, 204);
    jar.send(&server, Request::get("/me")).await.is(Outcome::BAD_TOKEN);
}

/// What the access cookie of this browser says when it has expired: nothing lives in the place that was looked at.
#[tokio::test]
async fn dead_credentials_and_none_at_all_are_cleared() {
    let clock = jwt_guard_tests::ManualClock::new();
    let guard = builder().clock(clock.clone()).token_store(MemoryStore::new()).cookies(CookieSettings::new());
    let server = serve(guard.build().unwrap()).await;
    let jar = Jar::login(&server).await;
    clock.advance(MINUTE * 20);
    let expired = format!("__Host-access_token={}", jar.0["__Host-access_token"]);
    for request in [post("/lenient"), post("/lenient").header("cookie", expired)] {
        let answer = server.send(request).await;
        assert_eq!(
            (answer.status.as_u16(), answer.headers.contains_key("set-cookie")),
            (204, true),
            "{answer:?}"
        );
    }
}
