//! `JwtGuard::forbid`: a handler refuses, and answer and log are those of the guard.

use axum::extract::Path;
use http::StatusCode;
use jwt_guard::respond::Rejection;
use jwt_guard::routing::get;
use jwt_guard::{JwtGuard, Principal, Router, anonymous_allowed, requires};
use jwt_guard_tests::{Outcome, Request, Server, events, hs256, token};

#[requires(scope = "orders:read")]
async fn order(guard: JwtGuard, caller: Principal, Path(owner): Path<String>) -> Result<String, Rejection> {
    if caller.subject() == Some(&*owner) { Ok(owner) } else { Err(guard.forbid("another customer's\norder")) }
}

#[requires(role = "clerk", deny_as = "not_found")]
async fn hidden(guard: JwtGuard, Path(owner): Path<String>) -> Result<String, Rejection> {
    if owner == "alice" { Ok(owner) } else { Err(guard.forbid("the order of another shop")) }
}

#[anonymous_allowed]
async fn open(guard: JwtGuard) -> Rejection {
    guard.forbid("closed today")
}

async fn elsewhere() -> (StatusCode, &'static str) {
    (StatusCode::NOT_FOUND, "nothing here")
}

async fn serve() -> Server {
    let app: Router = Router::new()
        .route("/orders/{owner}", get(order))
        .route("/hidden/{owner}", get(hidden))
        .route("/open", get(open))
        .unguarded("for what is not there", axum::Router::new().fallback(elsewhere))
        .with_guard(hs256());
    Server::start(app).await
}

#[tokio::test]
async fn the_answer_is_that_to_a_caller_who_may_not_do_this() {
    let server = serve().await;
    let token = token(&[("scope", "\"orders:read\"")]);
    server.get("/orders/alice", &token).await.is(Outcome::ok("alice"));
    server.get("/orders/bob", &token).await.is(Outcome::FORBIDDEN);
    assert_eq!(server.get("/orders/bob", &token).await.header("cache-control"), Some("no-store"));
    server.send(Request::get("/open")).await.is(Outcome::FORBIDDEN);
}

#[tokio::test]
async fn the_log_has_the_line_of_every_refusal_with_the_reason_of_the_handler() {
    let server = serve().await;
    let events = events::capture();
    server.get("/orders/bob", &token(&[("jti", "\"t-5\""), ("scope", "\"orders:read\"")])).await;
    let logged = events.take();
    let denied = logged.iter().find(|event| event.field("message") == Some("denied")).unwrap();
    assert_eq!(denied.level, tracing::Level::INFO);
    for (field, value) in [
        ("method", "GET"),
        ("route", "/orders/{owner}"),
        ("handler", "it::outside::forbid::order"),
        ("policy", r#"requires(scope = "orders:read")"#),
        ("reason", r"another customer's\norder"),
        ("jti", "t-5"),
    ] {
        assert_eq!(denied.field(field), Some(value), "{field}");
    }
}

#[tokio::test]
async fn a_hidden_route_stays_hidden_where_its_handler_refuses() {
    let server = serve().await;
    let token = token(&[("roles", r#"["clerk"]"#)]);
    server.get("/hidden/alice", &token).await.is(Outcome::ok("alice"));
    let (hidden, absent) =
        (server.get("/hidden/bob", &token).await, server.get("/nowhere/bob", &token).await);
    assert_eq!((hidden.status, &*hidden.body), (StatusCode::NOT_FOUND, "nothing here"));
    let without_date = |answer: jwt_guard_tests::Answer| {
        let mut headers = answer.headers;
        headers.remove("date");
        headers
    };
    assert_eq!(without_date(hidden), without_date(absent));
}

#[tokio::test]
async fn a_guard_that_is_not_of_the_request_refuses_too_and_knows_less() {
    let events = events::capture();
    let rejection = hs256().forbid("no");
    assert_eq!(rejection.kind(), jwt_guard::respond::FailureKind::Forbidden);
    let logged = events.only();
    assert_eq!((logged.field("reason"), logged.field("method")), (Some("no"), None));
}
