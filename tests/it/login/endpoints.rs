//! A replaced refresh token enters the handler that exchanged it, where its reuse is detected, and no other handler, however
//! the routes are put together.

use axum::handler::HandlerWithoutStateExt as _;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{any, get, post};
use jwt_guard::login::LoginError;
use jwt_guard::policy::{Rule, TokenKind};
use jwt_guard::store::MemoryStore;
use jwt_guard::{JwtGuard, Principal};
use jwt_guard_tests::{Answer, Outcome, Request, Server};
use tower::ServiceExt as _;

use super::{ADA, Pair, builder, refresh};

#[jwt_guard::anonymous_allowed(credentials = "ignored")]
async fn log_in(guard: JwtGuard) -> Result<Response, LoginError> {
    guard.login("ada").respond().await
}

#[jwt_guard::authentication_required]
async fn me(caller: Principal) -> String {
    caller.subject().unwrap_or_default().to_owned()
}

/// Answers something by a refresh token, and exchanges none.
#[jwt_guard::requires(token = "refresh")]
async fn devices(caller: Principal) -> String {
    caller.subject().unwrap_or_default().to_owned()
}

const REFRESH: Rule = Rule::authenticated().with_token(TokenKind::Refresh);

#[jwt_guard::anonymous_allowed(credentials = "ignored")]
async fn refresh_of_body(guard: JwtGuard, token: String) -> Response {
    match guard.verify_by(&token, &REFRESH).await {
        Ok(caller) => guard.refresh(&caller).respond().await.unwrap_or_else(|error| error.into_response()),
        Err(refusal) => refusal.status().into_response(),
    }
}

#[jwt_guard::anonymous_allowed(credentials = "ignored")]
async fn devices_of_body(guard: JwtGuard, token: String) -> Response {
    match guard.verify_by(&token, &REFRESH).await {
        Ok(_) => "ada".into_response(),
        Err(refusal) => refusal.status().into_response(),
    }
}

async fn serve(routes: axum::Router) -> Server {
    let guard = builder().token_store(MemoryStore::new()).build().unwrap();
    let app = routes.route("/login", post(log_in)).route("/me", get(me));
    Server::start(app.layer(guard.layer())).await
}

async fn by(server: &Server, target: &str, token: &str) -> Answer {
    server.send(Request::new("POST", target).bearer(token)).await
}

/// Exchanges a token at one place, and presents the replaced one at another, which must refuse it and end nothing.
async fn nowhere_else(routes: axum::Router, exchange: &str, other: &str) {
    let server = serve(routes).await;
    let first = Pair::of(&by(&server, "/login", "").await);
    by(&server, other, &first.refresh).await.is(ADA);
    let second = Pair::of(&by(&server, exchange, &first.refresh).await);
    by(&server, other, &first.refresh).await.is(Outcome::BAD_TOKEN);
    by(&server, other, &second.refresh).await.is(ADA);
    server.get("/me", &second.access).await.is(ADA);
    by(&server, exchange, &first.refresh).await.is(Outcome::BAD_TOKEN);
    server.get("/me", &second.access).await.is(Outcome::BAD_TOKEN);
}

#[tokio::test]
async fn a_handler_behind_a_service_that_is_nested_is_not_the_endpoint_whose_route_its_path_has() {
    let routes = || axum::Router::new().route("/refresh", post(refresh));
    nowhere_else(routes().nest_service("/devices", any(devices)), "/refresh", "/devices/refresh").await;
    let service = devices.into_service();
    nowhere_else(routes().nest_service("/devices", service), "/refresh", "/devices/refresh").await;
    let fallback = axum::Router::new().fallback(devices);
    nowhere_else(routes().nest("/devices", fallback), "/refresh", "/devices/refresh").await;
    nowhere_else(routes().fallback(devices), "/refresh", "/refresh/").await;
    let deeper = axum::Router::new().nest_service("/of", any(devices));
    nowhere_else(routes().nest("/devices", deeper), "/refresh", "/devices/of/refresh").await;
}

#[tokio::test]
async fn an_exchange_without_a_route_is_one_endpoint_by_its_whole_path() {
    let nested = |path: &str, handler| axum::Router::new().nest_service(path, handler);
    let two = || nested("/own", any(refresh)).merge(nested("/devices", any(devices)));
    nowhere_else(two(), "/own/refresh", "/devices/refresh").await;
    nowhere_else(two(), "/own", "/devices").await;
    let fallbacks = axum::Router::new()
        .nest("/own", axum::Router::new().fallback(refresh))
        .nest("/devices", axum::Router::new().fallback(devices));
    nowhere_else(fallbacks, "/own/refresh", "/devices/refresh").await;
}

#[tokio::test]
async fn nested_and_merged_routes_are_endpoints_by_their_whole_patterns() {
    let nested = axum::Router::new().route("/refresh", post(devices));
    let routes = || axum::Router::new().route("/refresh", post(refresh));
    nowhere_else(routes().nest("/devices", nested), "/refresh", "/devices/refresh").await;
    let merged = axum::Router::new().route("/devices", post(devices));
    nowhere_else(routes().merge(merged), "/refresh", "/devices").await;
}

#[tokio::test]
async fn one_route_at_two_hosts_is_two_endpoints() {
    let at = |handler| axum::Router::new().route("/refresh", handler);
    let (own, devices) = (at(post(refresh)), at(post(devices)));
    let app = axum::Router::new().fallback(move |request: axum::extract::Request| {
        let (own, devices) = (own.clone(), devices.clone());
        async move {
            let is_own = request.headers().get("host").is_some_and(|host| host == "own.example");
            if is_own { own.oneshot(request).await } else { devices.oneshot(request).await }
        }
    });
    let server = serve(app).await;
    let to = |host: &str, token: &str| Request::new("POST", "/refresh").host(host).bearer(token);
    let first = Pair::of(&by(&server, "/login", "").await);
    server.send(to("devices.example", &first.refresh)).await.is(ADA);
    let second = Pair::of(&server.send(to("own.example", &first.refresh)).await);
    server.send(to("devices.example", &first.refresh)).await.is(Outcome::BAD_TOKEN);
    server.get("/me", &second.access).await.is(ADA);
    server.send(to("own.example", &first.refresh)).await.is(Outcome::BAD_TOKEN);
    server.get("/me", &second.access).await.is(Outcome::BAD_TOKEN);
}

#[tokio::test]
async fn head_at_the_handler_of_get_is_the_same_endpoint() {
    for (exchange, reuse) in [("GET", "HEAD"), ("GET", "GET")] {
        let server = serve(axum::Router::new().route("/refresh", get(refresh))).await;
        let with = |method: &str, token: &str| Request::new(method, "/refresh").bearer(token);
        let first = Pair::of(&by(&server, "/login", "").await);
        let second = Pair::of(&server.send(with(exchange, &first.refresh)).await);
        assert_eq!(server.send(with(reuse, &first.refresh)).await.status, 401);
        server.get("/me", &second.access).await.is(Outcome::BAD_TOKEN);
    }
}

#[tokio::test]
async fn a_replaced_token_of_a_body_enters_no_other_handler() {
    let routes = axum::Router::new()
        .route("/token", post(refresh_of_body))
        .route("/devices", post(devices_of_body))
        .route("/refresh", post(refresh));
    let server = serve(routes).await;
    let send = async |target: &str, token: &str| server.send(Request::post_json(target, token)).await;
    let first = Pair::of(&by(&server, "/login", "").await);
    send("/devices", &first.refresh).await.is(ADA);
    let second = Pair::of(&send("/token", &first.refresh).await);
    assert_eq!(send("/devices", &first.refresh).await.status, 401);
    by(&server, "/refresh", &first.refresh).await.is(Outcome::BAD_TOKEN);
    server.get("/me", &second.access).await.is(ADA);
    assert_eq!(send("/token", &first.refresh).await.status, 401);
    server.get("/me", &second.access).await.is(Outcome::BAD_TOKEN);
}
