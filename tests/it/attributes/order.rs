//! The guard decides first: before path, query and body are looked at.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::Json;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{Path, Query};
use http::Request as HttpRequest;
use jwt_guard::{Claims, Router, routing};
use jwt_guard_tests::{Outcome, Request, Server, hs256, oneshot, token};

const LACKS_WRITE: Outcome<'_> =
    Outcome::lacks_scope(r#"Bearer realm="api", error="insufficient_scope", scope="orders:write""#);

#[tokio::test]
async fn role_missing_and_a_body_that_must_not_be_read_is_403_and_the_body_is_never_polled() {
    let app = router().into_axum();
    let request = |token: Option<String>| {
        let mut request = HttpRequest::post("/clerks").header("content-type", "application/json");
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        request.body(Body::new(Untouchable)).unwrap()
    };
    oneshot(&app, request(Some(token(&[])))).await.is(Outcome::FORBIDDEN);
    oneshot(&app, request(None)).await.is(Outcome::NO_TOKEN);
    oneshot(&app, request(Some("a.b.c".to_owned()))).await.is(Outcome::BAD_TOKEN);
}

#[tokio::test]
#[should_panic(expected = "the body was polled")]
async fn a_caller_who_is_let_in_has_its_body_read() {
    let request = HttpRequest::post("/clerks")
        .header("content-type", "application/json")
        .header("authorization", format!("Bearer {}", token(&[("roles", r#"["clerk"]"#)])))
        .body(Body::new(Untouchable))
        .unwrap();
    oneshot(&router().into_axum(), request).await;
}

#[tokio::test]
async fn role_missing_and_malformed_json_is_403_over_a_socket() {
    let server = Server::start(router().into_axum()).await;
    for body in ["{", "", "[]", "nonsense"] {
        let request = Request::post_json("/clerks", body).bearer(&token(&[]));
        server.send(request).await.is(Outcome::FORBIDDEN);
    }
    let request = Request::post_json("/clerks", "{").bearer(&token(&[("roles", r#"["clerk"]"#)]));
    assert_eq!(server.send(request).await.status, 400, "now the JSON is what is wrong");
}

#[tokio::test]
async fn no_token_and_malformed_json_is_401() {
    let server = Server::start(router().into_axum()).await;
    server.send(Request::post_json("/clerks", "{")).await.is(Outcome::NO_TOKEN);
    server.send(Request::post_json("/clerks", "{").bearer("a.b.c")).await.is(Outcome::BAD_TOKEN);
    let form = Request::new("POST", "/clerks").header("content-type", "text/plain");
    server.send(form).await.is(Outcome::NO_TOKEN);
}

#[tokio::test]
async fn a_missing_scope_comes_before_a_bad_path_parameter_and_a_bad_query() {
    let server = Server::start(router().into_axum()).await;
    for target in ["/orders/not-a-number?page=1", "/orders/7?page=x", "/orders/7", "/orders/%FF?page=%FF"] {
        server.get(target, &token(&[])).await.is(LACKS_WRITE);
    }
    let writer = token(&[("scope", "\"orders:write\"")]);
    assert_eq!(server.get("/orders/not-a-number?page=1", &writer).await.status, 400);
    assert_eq!(server.get("/orders/7?page=x", &writer).await.status, 400);
    server.get("/orders/7?page=1", &writer).await.is(Outcome::ok("7 1"));
}

#[tokio::test]
async fn the_claims_of_a_refused_caller_are_not_read_into_the_type_of_the_handler() {
    let server = Server::start(router().into_axum()).await;
    let mistyped = token(&[("tenant", "5")]);
    server.get("/tenant", &mistyped).await.is(LACKS_WRITE);
    let writer = token(&[("tenant", "5"), ("scope", "\"orders:write\"")]);
    server.get("/tenant", &writer).await.is(Outcome::FORBIDDEN);
}

fn router() -> Router {
    Router::new()
        .route("/clerks", routing::post(clerks))
        .route("/orders/{id}", routing::get(order))
        .route("/tenant", routing::get(tenant))
        .with_guard(hs256())
}

#[jwt_guard::requires(role = "clerk")]
async fn clerks(Json(order): Json<serde_json::Value>) -> String {
    order.to_string()
}

#[jwt_guard::requires(scope = "orders:write")]
async fn order(Path(id): Path<u64>, Query(page): Query<Page>) -> String {
    format!("{id} {}", page.page)
}

#[jwt_guard::requires(scope = "orders:write")]
async fn tenant(claims: Claims<Tenant>) -> String {
    claims.tenant.clone()
}

#[derive(serde::Deserialize)]
struct Page {
    page: u64,
}

#[derive(serde::Deserialize)]
struct Tenant {
    tenant: String,
}

/// A body that fails the test when it is read.
pub(super) struct Untouchable;

impl HttpBody for Untouchable {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<Bytes>, Infallible>>> {
        panic!("the body was polled");
    }
}
