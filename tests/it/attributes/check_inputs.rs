//! Extractors of checks that refuse, and what the log says of handlers with checks.

use axum::extract::{FromRequestParts, Path};
use http::StatusCode;
use http::request::Parts;
use jwt_guard::routing::get;
use jwt_guard::{Principal, Router, anonymous_allowed, check, requires};
use jwt_guard_tests::events::capture;
use jwt_guard_tests::{Request, Server, hs256, token};
use tracing::Level;

#[check]
async fn owns_order(Path(order): Path<u64>, caller: Principal) -> bool {
    order == 7 && caller.subject() == Some("alice")
}

#[requires(check = owns_order)]
async fn order() {}

#[requires(check = owns_order, deny_as = "not_found")]
async fn secret() {}

#[check]
async fn always() -> bool {
    true
}

#[anonymous_allowed(credentials = "ignored", check = always)]
async fn open_login() {}

/// An extractor that asks something which is away.
struct Down;

impl<S: Sync> FromRequestParts<S> for Down {
    type Rejection = (StatusCode, &'static str);

    async fn from_request_parts(_: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Err((StatusCode::BAD_GATEWAY, "down"))
    }
}

#[check]
async fn takes_down(_: Down) -> bool {
    true
}

#[requires(check = takes_down, deny_as = "not_found")]
async fn down_secret() {}

async fn serve() -> Server {
    let router = Router::new()
        .route("/open/{order}", get(order))
        .route("/secret/{order}", get(secret))
        .route("/down-secret", get(down_secret))
        .route("/login", get(open_login))
        .with_guard(hs256());
    Server::start(router.into_axum()).await
}

#[tokio::test]
async fn an_extractor_of_a_check_that_refuses_does_not_show_a_hidden_route() {
    let server = serve().await;
    let alice = token(&[]);
    let events = capture();
    let hidden = server.get("/secret/x", &alice).await;
    let refused = events.only();
    assert_eq!(refused.level, Level::INFO);
    for (field, value) in [
        ("code", "check_input_refused"),
        (
            "reason",
            "an extractor of a check, `axum::extract::path::Path<u64>`, refuses the request with 400 Bad Request",
        ),
    ] {
        assert_eq!(refused.field(field), Some(value), "{refused:?}");
    }
    let absent = server.get("/absent/x", &alice).await;
    assert_eq!((hidden.status.as_u16(), &hidden.body), (404, &absent.body));
    assert_eq!(hidden.headers.keys().collect::<Vec<_>>(), absent.headers.keys().collect::<Vec<_>>());
    // A failure of the service shows, as everywhere.
    let events = capture();
    let failed = server.get("/down-secret", &alice).await;
    assert_eq!((failed.status.as_u16(), &*failed.body), (502, "down"));
    let logged = events.only();
    assert_eq!((logged.level, logged.field("code")), (Level::ERROR, Some("check_input_refused")));
}

#[tokio::test]
async fn an_extractor_of_a_check_that_refuses_is_logged_once_and_answers_itself() {
    let server = serve().await;
    let events = capture();
    let answer = server.get("/open/x", &token(&[])).await;
    assert_eq!(answer.status.as_u16(), 400);
    assert!(answer.body.contains("Invalid URL"), "{}", answer.body);
    let refused = events.only();
    assert_eq!(refused.field("message"), Some("denied"));
    assert_eq!(refused.field("code"), Some("check_input_refused"));
}

#[tokio::test]
async fn a_request_is_logged_as_admitted_after_its_checks_hold() {
    let server = serve().await;
    let alice = token(&[("jti", "\"t1\"")]);
    for (path, message) in [("/open/7", "admitted"), ("/open/8", "denied"), ("/open/x", "denied")] {
        let events = capture();
        server.get(path, &alice).await;
        let logged = events.only();
        assert_eq!((logged.field("message"), logged.field("jti")), (Some(message), Some("t1")), "{path}");
    }
    let events = capture();
    assert_eq!(server.send(Request::get("/login")).await.status.as_u16(), 200);
    assert_eq!(events.only().field("message"), Some("admitted"));
}
