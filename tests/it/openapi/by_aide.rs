//! The application of these tests, documented by aide.

use aide::axum::ApiRouter;
use aide::openapi::{Info, OpenApi};
use axum::Json;
use axum::extract::Path;
use jwt_guard::openapi::aide_0_15::{GuardedRoutes as _, delete, get, get_with, post, put};
use jwt_guard::{Claims, JwtGuard, Principal, Router, anonymous_allowed, authentication_required, requires};
use jwt_guard_tests::hs256;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

#[derive(Serialize, Deserialize, JsonSchema)]
struct Order {
    id: u64,
    lines: Vec<Line>,
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Line {
    article: String,
}

#[derive(Deserialize, JsonSchema)]
struct Id {
    id: u64,
}

#[derive(Deserialize, JsonSchema)]
struct File {
    #[expect(dead_code, reason = "the document shows it")]
    id: u64,
    name: String,
}

#[requires(any(scope = "orders:read", scope = "orders:admin"), reason = "a secret of the authors")]
async fn read(Path(Id { id }): Path<Id>) -> Json<Order> {
    Json(Order { id, lines: Vec::new() })
}

#[requires(scope = "orders:write", any(role = "clerk", scope = "orders:admin"))]
async fn update(Path(Id { id }): Path<Id>, Json(order): Json<Order>) -> Json<Order> {
    Json(Order { id, lines: order.lines })
}

#[requires(scope = "orders:admin", fresh)]
async fn remove(Path(Id { .. }): Path<Id>) {}

#[requires(scope = "orders:write", claim("tenant") = "acme")]
async fn create(Json(_): Json<Order>) {}

#[jwt_guard::check]
async fn is_open() -> bool {
    true
}

#[requires(not(role = "guest"), check = is_open)]
async fn file(Path(File { name, .. }): Path<File>) -> String {
    name
}

#[anonymous_allowed(reason = "a secret of the authors")]
async fn catalogue(_caller: Option<Claims>) -> &'static str {
    "catalogue"
}

#[authentication_required]
async fn me(caller: Principal) -> String {
    caller.subject().unwrap_or_default().to_owned()
}

#[requires(token = "refresh")]
async fn renewal() {}

#[authentication_required(redirect = "/login")]
async fn account() {}

#[requires(role = "clerk", deny_as = "not_found")]
async fn secret() {}

#[anonymous_allowed(credentials = "ignored")]
async fn login() {}

#[derive(Serialize, JsonSchema)]
struct Foreign {
    name: String,
}

#[authentication_required]
async fn others() -> Json<Foreign> {
    Json(Foreign { name: String::new() })
}

pub(super) fn empty() -> OpenApi {
    let info = Info { title: "orders".to_owned(), version: "1".to_owned(), ..Info::default() };
    OpenApi { info, ..OpenApi::default() }
}

pub(super) fn router() -> Router {
    let api = Router::new()
        .route("/orders/{id}", get(read).merge(put(update)).merge(delete(remove)))
        .route("/orders", post(create))
        .route("/orders/{id}/files/{*name}", get(file));
    Router::new()
        .nest("/api", api)
        .merge(Router::new().route("/catalogue", get(catalogue)).route("/me", get(me)))
        .route("/renewal", post(renewal))
        .route("/account", get_with(account, |operation| operation.summary("The page of an account")))
        .route("/secret", get(secret))
        .route("/login", post(login))
}

/// The same routes below aide's own router, which knows no guard.
pub(super) fn of_its_own_router(guard: &JwtGuard) -> Value {
    let mut document = empty();
    let router: axum::Router = ApiRouter::new()
        .guarded_route("/orders/{id}", get(read).merge(put(update)).merge(delete(remove)))
        .guarded_route("/catalogue", get(catalogue))
        .guarded_route("/secret", get(secret))
        .guarded_route("/login", post(login))
        .api_route("/me", aide::axum::routing::get(me))
        .finish_api(&mut document);
    drop(router);
    guard.openapi().resolve(&mut document).expect("every scheme is defined");
    serde_json::to_value(&document).expect("a document is JSON")
}

#[test]
fn a_document_of_aides_own_router_says_the_same_as_that_of_ours() {
    let [_, (_, ours)] = super::usual();
    let theirs = of_its_own_router(&hs256());
    assert_eq!(theirs["paths"]["/orders/{id}"], ours["paths"]["/api/orders/{id}"]);
    assert_eq!(theirs["paths"]["/catalogue"], ours["paths"]["/catalogue"]);
    assert_eq!(theirs["paths"]["/me"], ours["paths"]["/me"]);
    assert_eq!(theirs["paths"]["/login"], ours["paths"]["/login"]);
    assert!(theirs["paths"]["/secret"].is_null(), "{theirs:#}");
}

#[test]
fn every_document_of_a_router_has_the_schemas_that_it_names_and_no_others() {
    let other: Router = Router::new().route("/others", get(others));
    let router = router().with_guard(hs256());
    let schemas = || {
        let mut document = empty();
        router.access_table().document(&mut document).unwrap();
        let document = serde_json::to_value(&document).unwrap();
        let schemas = document["components"]["schemas"].as_object().expect("schemas");
        schemas.keys().cloned().collect::<Vec<_>>()
    };
    assert_eq!(schemas(), ["Line", "Order"], "and not those of another router");
    assert_eq!(schemas(), ["Line", "Order"], "a second document");
    let elsewhere = std::thread::scope(|scope| scope.spawn(schemas).join().unwrap());
    assert_eq!(elsewhere, ["Line", "Order"], "another thread");
    drop(other);
}

#[test]
fn what_is_not_resolved_is_an_undefined_scheme() {
    let mut document = empty();
    let _: axum::Router = ApiRouter::new().guarded_route("/me", get(me)).finish_api(&mut document);
    let document = serde_json::to_value(&document).unwrap();
    assert_eq!(document["paths"]["/me"]["get"]["security"], serde_json::json!([{ "jwt_guard": [] }]));
    assert!(document["components"]["securitySchemes"].is_null());
}

#[test]
fn a_security_of_the_whole_document_does_not_go_with_a_route_that_looks_at_no_credentials() {
    let router = router().with_guard(hs256());
    let mut document = empty();
    document.security = vec![[("bearer".to_owned(), Vec::new())].into_iter().collect()];
    let found = router.access_table().document(&mut document).unwrap_err();
    let [problem] = found.problems() else { panic!("{found}") };
    assert!(problem.contains("would count for POST /login too"), "{problem}");
    // utoipa can say `[]`.
    let router = super::by_utoipa::router().with_guard(hs256());
    let mut document = super::by_utoipa::empty();
    document.security = Some(vec![utoipa::openapi::SecurityRequirement::new("bearer", [""; 0])]);
    router.access_table().document(&mut document).unwrap();
    let document = serde_json::to_value(&document).unwrap();
    assert_eq!(document["paths"]["/login"]["post"]["security"], serde_json::json!([]));
}
