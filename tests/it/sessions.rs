//! Server-side sessions through the same attributes as tokens.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use http::header::SET_COOKIE;
use jwt_guard::login::LoginError;
use jwt_guard::session::NewSession;
use jwt_guard::session::Sessions;
use jwt_guard::setup::TokenLocation;
use jwt_guard::{
    Algorithm, Claims, JwtGuard, Principal, Router, anonymous_allowed, authentication_required,
    extract::Session, policy::TokenSource, requires, routing,
};
use jwt_guard_tests::events;
use jwt_guard_tests::{Answer, ManualClock, Outcome, Request, Server, guard, token};
use std::time::Duration;
use tower_sessions_memory_store::MemoryStore;

const COOKIE: &str = "__Host-session";

#[anonymous_allowed]
async fn login(State(sessions): State<Sessions>) -> Response {
    let session = NewSession::new("alice")
        .scopes(["orders:read"])
        .payload([("basket", 3)].into_iter().collect::<Basket>());
    let id = sessions.create(session).await.unwrap();
    ([(SET_COOKIE, sessions.set_cookie(&id))], "welcome").into_response()
}

type Basket = std::collections::BTreeMap<&'static str, u32>;

#[derive(serde::Deserialize)]
struct Payload {
    basket: u32,
}

#[authentication_required]
async fn me(caller: Principal, claims: Claims<Payload>) -> String {
    let by_session = caller.authenticated_by() == Some(TokenSource::Session);
    format!("{} has {} in the basket, by session: {by_session}", claims.subject(), claims.basket)
}

/// Puts one more into the basket.
#[authentication_required]
async fn more(session: Session<Payload>) -> String {
    let next = session.basket + 1;
    let saved = session.update(Basket::from([("basket", next)])).await.unwrap();
    assert_eq!(session.data().subject(), "alice");
    format!("{next}, saved: {saved}")
}

#[anonymous_allowed]
async fn peek(session: Option<Session<Payload>>) -> String {
    session.map_or("no session".to_owned(), |session| session.into_inner().basket.to_string())
}

#[authentication_required]
async fn rename(session: Session<Payload>) -> Response {
    match session.rotate().await.unwrap() {
        Some(cookie) => ([(SET_COOKIE, cookie)], "renamed").into_response(),
        None => StatusCode::CONFLICT.into_response(),
    }
}

#[authentication_required]
async fn leave(session: Session<Payload>) -> Response {
    assert_eq!(format!("{session:?}").find("alice"), None);
    ([(SET_COOKIE, session.delete().await.unwrap())], "bye").into_response()
}

/// By the guard, which knows what the caller came by.
#[authentication_required]
async fn depart(guard: JwtGuard, caller: Principal) -> Result<Response, LoginError> {
    guard.logout(&caller).await
}

#[authentication_required]
async fn depart_everywhere(guard: JwtGuard, caller: Principal) -> Result<(), LoginError> {
    guard.logout_everywhere(caller.subject().unwrap_or_default()).await
}

#[authentication_required]
async fn misread(_: Session<bool>) {}

#[requires(scope = "orders:read")]
async fn orders() -> &'static str {
    "orders"
}

#[requires(fresh)]
async fn password() -> &'static str {
    "orders"
}

#[requires(owner = "user")]
async fn basket() -> &'static str {
    "basket"
}

#[requires(scope = "orders:write")]
async fn order() -> &'static str {
    "ordered"
}

#[anonymous_allowed]
async fn open(caller: Principal) -> String {
    caller.subject().unwrap_or("anonymous").to_owned()
}

#[authentication_required]
async fn logout(State(sessions): State<Sessions>, caller: Principal) -> StatusCode {
    sessions.delete_all(caller.subject().unwrap_or_default()).await.unwrap();
    StatusCode::NO_CONTENT
}

async fn serve(guard: JwtGuard) -> Server {
    let sessions = guard.sessions().unwrap().clone();
    let departures = Router::new()
        .route("/depart", routing::post(depart))
        .route("/depart/everywhere", routing::post(depart_everywhere));
    let router = Router::new()
        .merge(departures)
        .route("/login", routing::get(login))
        .route("/me", routing::get(me))
        .route("/more", routing::post(more))
        .route("/peek", routing::get(peek))
        .route("/rename", routing::post(rename))
        .route("/leave", routing::post(leave))
        .route("/misread", routing::get(misread))
        .route("/orders", routing::get(orders).post(orders).put(order))
        .route("/open", routing::get(open))
        .route("/any", routing::any(orders))
        .route("/password", routing::get(password))
        .route("/baskets/{user}", routing::get(basket))
        .route("/logout", routing::post(logout))
        .with_guard(guard)
        .with_state(sessions);
    Server::start(router.into_axum()).await
}

fn sessions(clock: &ManualClock) -> Sessions {
    Sessions::builder(MemoryStore::default()).clock(clock.clone()).build().unwrap()
}

fn with_tokens() -> JwtGuard {
    guard(Algorithm::Hs256).sessions(sessions(&ManualClock::new())).build().unwrap()
}

async fn log_in(server: &Server) -> String {
    cookie_of(&server.send(Request::get("/login")).await)
}

fn cookie_of(answer: &Answer) -> String {
    let cookie = answer.header("set-cookie").unwrap();
    assert!(
        cookie.contains("HttpOnly") && cookie.contains("Secure") && cookie.contains("SameSite=Lax"),
        "{cookie}"
    );
    cookie.split(';').next().unwrap().to_owned()
}

/// As a page of this site sends it.
fn with(cookie: &str, method: &str, target: &str) -> Request {
    silent(cookie, method, target).header("sec-fetch-site", "same-origin")
}

/// Without a word on where it comes from.
fn silent(cookie: &str, method: &str, target: &str) -> Request {
    Request::new(method, target).header("cookie", cookie)
}

#[tokio::test]
async fn the_subject_of_a_session_owns_its_path() {
    let server = serve(with_tokens()).await;
    let cookie = log_in(&server).await;
    server.send(with(&cookie, "GET", "/baskets/alice")).await.is(Outcome::ok("basket"));
    server.send(with(&cookie, "GET", "/baskets/bob")).await.is(Outcome::FORBIDDEN);
}

#[tokio::test]
async fn a_session_is_let_in_by_the_attributes_and_read_as_claims() {
    let server = serve(with_tokens()).await;
    let cookie = log_in(&server).await;
    let me = "alice has 3 in the basket, by session: true";
    server.send(with(&cookie, "GET", "/me")).await.is(Outcome::ok(me));
    server.send(with(&cookie, "GET", "/orders")).await.is(Outcome::ok("orders"));
    let refused: Answer = server.send(with(&cookie, "PUT", "/orders")).await;
    assert_eq!(refused.status, 403);
    assert!(refused.header("www-authenticate").unwrap().contains("scope=\"orders:write\""));
}

#[tokio::test]
async fn a_token_and_a_session_open_the_same_route_and_both_at_once_are_refused() {
    let server = serve(with_tokens()).await;
    let cookie = log_in(&server).await;
    let reader = token(&[("scope", "\"orders:read\"")]);
    server.get("/orders", &reader).await.is(Outcome::ok("orders"));
    server.send(with(&cookie, "GET", "/orders")).await.is(Outcome::ok("orders"));
    server.send(with(&cookie, "GET", "/orders").bearer(&reader)).await.is(Outcome::BAD_REQUEST);
}

#[tokio::test]
async fn a_handler_reads_changes_renames_and_ends_the_session() {
    let server = serve(with_tokens()).await;
    let cookie = log_in(&server).await;
    server.send(with(&cookie, "POST", "/more")).await.is(Outcome::ok("4, saved: true"));
    server.send(with(&cookie, "POST", "/more")).await.is(Outcome::ok("5, saved: true"));
    let renamed = cookie_of(&server.send(with(&cookie, "POST", "/rename")).await);
    server.send(with(&cookie, "GET", "/peek")).await.is(Outcome::BAD_TOKEN);
    server.send(with(&renamed, "GET", "/peek")).await.is(Outcome::ok("5"));
    let bye = server.send(with(&renamed, "POST", "/leave")).await;
    assert!(bye.header("set-cookie").unwrap().starts_with("__Host-session=; "), "{bye:?}");
    server.send(with(&renamed, "GET", "/peek")).await.is(Outcome::BAD_TOKEN);
}

#[tokio::test]
async fn a_caller_without_a_session_gets_none_where_the_policy_lets_it_in_and_is_refused_elsewhere() {
    let server = serve(with_tokens()).await;
    let reader = token(&[]);
    server.send(Request::get("/peek")).await.is(Outcome::ok("no session"));
    server.get("/peek", &reader).await.is(Outcome::ok("no session"));
    server.send(Request::new("POST", "/leave").bearer(&reader)).await.is(Outcome::NO_TOKEN);
    let cookie = log_in(&server).await;
    server.send(with(&cookie, "GET", "/misread")).await.is(Outcome::FORBIDDEN);
}

#[tokio::test]
async fn a_logout_of_the_guard_ends_the_session_and_one_everywhere_all_of_them() {
    let alone = JwtGuard::builder().sessions(sessions(&ManualClock::new())).build().unwrap();
    // Without a store of tokens, tokens of the subject live on: the sessions end, and the answer is not a success.
    for (guard, everywhere) in [(alone, 200), (with_tokens(), 500)] {
        let server = serve(guard).await;
        let (here, there, third) = (log_in(&server).await, log_in(&server).await, log_in(&server).await);
        let bye = server.send(with(&here, "POST", "/depart")).await;
        assert_eq!(bye.status, 204);
        assert!(bye.header("set-cookie").unwrap().starts_with("__Host-session=; "), "{bye:?}");
        server.send(with(&here, "GET", "/peek")).await.is(Outcome::BAD_TOKEN);
        server.send(with(&there, "GET", "/peek")).await.is(Outcome::ok("3"));
        assert_eq!(server.send(with(&there, "POST", "/depart/everywhere")).await.status, everywhere);
        for cookie in [there, third] {
            server.send(with(&cookie, "GET", "/peek")).await.is(Outcome::BAD_TOKEN);
        }
    }
}

#[tokio::test]
async fn an_id_that_was_made_up_is_not_a_session() {
    let server = serve(with_tokens()).await;
    for id in ["A".repeat(43), "x".to_owned(), "alice".to_owned(), "../../etc/passwd".to_owned()] {
        let cookie = format!("{COOKIE}={id}");
        server.send(with(&cookie, "GET", "/me")).await.is(Outcome::BAD_TOKEN);
        server.send(with(&cookie, "GET", "/open")).await.is(Outcome::BAD_TOKEN);
    }
    server.send(Request::get("/me")).await.is(Outcome::NO_TOKEN);
}

#[tokio::test]
async fn a_logout_ends_every_session_of_the_caller() {
    let server = serve(with_tokens()).await;
    let (here, there) = (log_in(&server).await, log_in(&server).await);
    let origin =
        Request::new("POST", "/logout").header("cookie", &here).header("sec-fetch-site", "same-origin");
    assert_eq!(server.send(origin).await.status, 204);
    for cookie in [here, there] {
        server.send(with(&cookie, "GET", "/me")).await.is(Outcome::BAD_TOKEN);
    }
}

#[tokio::test]
async fn a_session_ends_when_it_is_idle_and_when_it_is_old() {
    let clock = ManualClock::new();
    let server = serve(JwtGuard::builder().sessions(sessions(&clock)).build().unwrap()).await;
    let cookie = log_in(&server).await;
    for _ in 0..23 {
        clock.advance(Duration::from_secs(29 * 60));
        assert_eq!(server.send(with(&cookie, "GET", "/orders")).await.status, 200);
    }
    clock.advance(Duration::from_secs(60 * 60));
    server.send(with(&cookie, "GET", "/orders")).await.is(Outcome::BAD_TOKEN);
    let cookie = log_in(&server).await;
    clock.advance(Duration::from_secs(30 * 60));
    server.send(with(&cookie, "GET", "/orders")).await.is(Outcome::BAD_TOKEN);
}

#[tokio::test]
async fn another_site_cannot_use_the_session_to_change_something() {
    let server = serve(with_tokens()).await;
    let cookie = log_in(&server).await;
    let post = || silent(&cookie, "POST", "/orders");
    assert_eq!(server.send(post().header("sec-fetch-site", "same-origin")).await.status, 200);
    for (name, value) in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("origin", "https://evil.example"),
        ("origin", "null"),
    ] {
        assert_eq!(server.send(post().header(name, value)).await.status, 403, "{name}: {value}");
    }
    let get = silent(&cookie, "GET", "/orders").header("sec-fetch-site", "cross-site");
    assert_eq!(server.send(get).await.status, 200);
}

#[tokio::test]
async fn a_change_by_cookie_that_does_not_say_where_it_comes_from_is_refused() {
    let server = serve(with_tokens()).await;
    let cookie = log_in(&server).await;
    for method in ["POST", "PUT", "PATCH", "DELETE", "PROPFIND"] {
        let answer = server.send(silent(&cookie, method, "/any")).await;
        assert_eq!(answer.status, 403, "{method}");
        assert_eq!(server.send(with(&cookie, method, "/any")).await.status, 200, "{method}");
        let origin = silent(&cookie, method, "/any").header("origin", "https://localhost");
        assert_eq!(server.send(origin).await.status, 200, "{method}");
    }
    let handshake = || silent(&cookie, "GET", "/any").header("upgrade", "websocket");
    assert_eq!(server.send(handshake()).await.status, 403);
    assert_eq!(server.send(handshake().header("origin", "https://localhost")).await.status, 200);
    for method in ["GET", "HEAD", "OPTIONS"] {
        assert_eq!(server.send(silent(&cookie, method, "/any")).await.status, 200, "{method}");
    }
    let log = events::capture();
    server.send(silent(&cookie, "POST", "/any")).await;
    let denied = log.only();
    let reason = denied.field("reason").unwrap();
    assert!(reason.contains("`Origin`") && reason.contains("`Sec-Fetch-Site`"), "{reason}");
}

#[tokio::test]
async fn a_session_is_fresh_for_a_settable_time_after_its_login() {
    let clock = ManualClock::new();
    let minutes = |minutes: u64| Duration::from_secs(60 * minutes);
    let longer =
        Sessions::builder(MemoryStore::default()).clock(clock.clone()).fresh_for(minutes(20)).build();
    for (sessions, fresh) in [(sessions(&clock), 15_u64), (longer.unwrap(), 20)] {
        let server = serve(JwtGuard::builder().sessions(sessions).build().unwrap()).await;
        let cookie = log_in(&server).await;
        clock.advance(minutes(fresh) - Duration::from_secs(1));
        server.send(with(&cookie, "GET", "/password")).await.is(Outcome::ok("orders"));
        clock.advance(Duration::from_secs(1));
        let stale = server.send(with(&cookie, "GET", "/password")).await;
        assert_eq!(stale.status, 401);
        let challenge = stale.header("www-authenticate").unwrap();
        assert!(challenge.contains("error=\"insufficient_user_authentication\""), "{challenge}");
        server.send(with(&cookie, "GET", "/orders")).await.is(Outcome::ok("orders"));
        // Nothing but a login makes it fresh.
        let renamed = cookie_of(&server.send(with(&cookie, "POST", "/rename")).await);
        assert_eq!(server.send(with(&renamed, "GET", "/password")).await.status, 401);
        let cookie = log_in(&server).await;
        server.send(with(&cookie, "GET", "/password")).await.is(Outcome::ok("orders"));
    }
}

#[tokio::test]
async fn an_owner_ends_the_session_that_a_thief_has_renamed() {
    let clock = ManualClock::new();
    let server = serve(JwtGuard::builder().sessions(sessions(&clock)).build().unwrap()).await;
    // By the logout of an id that is renamed already, which the guard refuses; and by any other request.
    for (method, target) in [("GET", "/peek"), ("POST", "/leave"), ("GET", "/open")] {
        let owner = log_in(&server).await;
        let thief = cookie_of(&server.send(with(&owner, "POST", "/rename")).await);
        // What a page sent before it had the new cookie is refused, and ends nothing.
        server.send(with(&owner, "GET", "/peek")).await.is(Outcome::BAD_TOKEN);
        server.send(with(&thief, "GET", "/peek")).await.is(Outcome::ok("3"));
        clock.advance(Duration::from_secs(10));
        server.send(with(&owner, method, target)).await.is(Outcome::BAD_TOKEN);
        server.send(with(&thief, "GET", "/peek")).await.is(Outcome::BAD_TOKEN);
    }
}

#[tokio::test]
async fn a_client_without_cookies_sends_the_id_in_a_header() {
    let sessions = Sessions::builder(MemoryStore::default()).clock(ManualClock::new()).header("X-Session-Id");
    let server = serve(guard(Algorithm::Hs256).sessions(sessions.build().unwrap()).build().unwrap()).await;
    let cookie = log_in(&server).await;
    let id = cookie.split_once('=').unwrap().1;
    let request = |method, target| Request::new(method, target).header("x-session-id", id);
    server.send(request("GET", "/peek")).await.is(Outcome::ok("3"));
    // Another site cannot send it, so its origin is not checked.
    let foreign = request("POST", "/more").header("origin", "https://app.example");
    server.send(foreign).await.is(Outcome::ok("4, saved: true"));
    let crossed = silent(&cookie, "POST", "/more").header("origin", "https://app.example");
    assert_eq!(server.send(crossed).await.status, 403);
    // Two at once are two callers, and a made-up one is not a caller.
    server.send(request("GET", "/peek").header("cookie", &cookie)).await.is(Outcome::BAD_REQUEST);
    server.send(request("GET", "/peek").header("x-session-id", id)).await.is(Outcome::BAD_REQUEST);
    server.send(Request::get("/peek").header("x-session-id", "letmein")).await.is(Outcome::BAD_TOKEN);
}

#[test]
fn a_header_that_is_none_or_read_twice_is_an_error_at_start() {
    let build = |name: &str| {
        let sessions = Sessions::builder(MemoryStore::default()).header(name).build().unwrap();
        let header = TokenLocation::header("X-Token");
        guard(Algorithm::Hs256).locations([header]).sessions(sessions).build().map(drop)
    };
    assert_eq!(build("X-Session-Id").map_err(|error| error.to_string()), Ok(()));
    for name in ["", "a b", "Authorization", "Cookie", "x-token"] {
        assert!(build(name).is_err(), "{name}");
    }
}

#[tokio::test]
async fn a_guard_with_sessions_alone_accepts_no_token() {
    let server = serve(JwtGuard::builder().sessions(sessions(&ManualClock::new())).build().unwrap()).await;
    let cookie = log_in(&server).await;
    server.send(with(&cookie, "GET", "/orders")).await.is(Outcome::ok("orders"));
    server.get("/orders", &token(&[("scope", "\"orders:read\"")])).await.is(Outcome::BAD_TOKEN);
}
