//! Protected resource metadata (RFC 9728): what it says, where it is, and who points to it.

use http::StatusCode;
use jwt_guard::routing::{get, post};
use jwt_guard::setup::TokenLocation;
use jwt_guard::{Algorithm, JwtGuard, Router, anonymous_allowed, requires};
use jwt_guard_tests::{AUDIENCE, Answer, Request, Server, SigningKey, events, guard, token};
use serde_json::{Value, json};
use tracing::Level;

const PATH: &str = "/.well-known/oauth-protected-resource/mcp";
const URL: &str = "https://api.example/.well-known/oauth-protected-resource/mcp";

#[requires(any(scope = "notes:read", scope = "notes:admin"), not(scope = "notes:banned"))]
async fn read() {}

#[requires(scope = "notes:write", role = "clerk")]
async fn write() {}

#[requires(scope = "notes:secret", deny_as = "not_found")]
async fn secret() {}

#[anonymous_allowed]
async fn open() {}

fn with_resource() -> JwtGuard {
    guard(Algorithm::Hs256).issuer("https://id.example").resource("https://api.example/mcp").build().unwrap()
}

fn router() -> Router {
    Router::new()
        .route("/mcp", get(read).post(write))
        .route("/secret", get(secret))
        .route("/open", get(open))
        .with_guard(with_resource())
}

async fn metadata(server: &Server, path: &str) -> Value {
    let answer = server.send(Request::get(path)).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.headers["content-type"], "application/json");
    serde_json::from_str(&answer.body).unwrap()
}

fn challenge(answer: &Answer) -> &str {
    answer.headers["www-authenticate"].to_str().unwrap()
}

#[tokio::test]
async fn the_document_says_what_the_routes_ask_for_and_hides_what_is_hidden() {
    let server = Server::start(router().resource_metadata().into_axum()).await;
    let expected = json!({
        "resource": "https://api.example/mcp",
        "authorization_servers": ["https://id.example"],
        "scopes_supported": ["notes:admin", "notes:read", "notes:write"],
        "bearer_methods_supported": ["header"],
    });
    assert_eq!(metadata(&server, PATH).await, expected);
}

#[tokio::test]
async fn nothing_in_it_comes_from_the_request() {
    let server = Server::start(router().resource_metadata().into_axum()).await;
    let request = Request::get(PATH).host("evil.example").header("x-forwarded-host", "evil.example");
    let answer = server.send(request.header("forwarded", "host=evil.example;proto=http")).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(!answer.body.contains("evil"), "{}", answer.body);
    let refused = server.send(Request::get("/mcp").host("evil.example")).await;
    assert!(!challenge(&refused).contains("evil"), "{}", challenge(&refused));
}

#[tokio::test]
async fn every_challenge_names_it_and_leads_to_it() {
    let server = Server::start(router().resource_metadata().into_axum()).await;
    let nothing = server.send(Request::get("/mcp")).await;
    assert_eq!(
        challenge(&nothing),
        format!(r#"Bearer realm="api", resource_metadata="{URL}", scope="notes:read""#)
    );
    let bad = server.get("/mcp", "bad").await;
    assert_eq!(
        challenge(&bad),
        format!(r#"Bearer realm="api", resource_metadata="{URL}", error="invalid_token""#)
    );
    let weak = server.get("/mcp", &token(&[])).await;
    assert_eq!(
        challenge(&weak),
        format!(
            r#"Bearer realm="api", resource_metadata="{URL}", error="insufficient_scope", scope="notes:read""#
        )
    );
    let two = server.send(Request::get("/mcp").bearer("a").bearer("b")).await;
    assert!(challenge(&two).contains(URL), "{}", challenge(&two));
    let path = URL.strip_prefix("https://api.example").unwrap();
    metadata(&server, path).await;
}

#[tokio::test]
async fn a_guard_without_a_resource_names_none() {
    let router = Router::new().route("/mcp", get(read)).with_guard(jwt_guard_tests::hs256());
    let server = Server::start(router.into_axum()).await;
    let nothing = server.send(Request::get("/mcp")).await;
    assert_eq!(challenge(&nothing), r#"Bearer realm="api", scope="notes:read""#);
}

#[tokio::test]
async fn each_guard_has_a_document_of_its_own_routes() {
    let other = JwtGuard::builder()
        .key(SigningKey::of(Algorithm::Hs256).verifying())
        .issuer("orders")
        .audience(AUDIENCE)
        .locations([TokenLocation::header("X-Api-Key")])
        .resource("https://api.example")
        .build()
        .unwrap();
    let inner = Router::new().route("/inner", post(write)).with_guard(other);
    let server = Server::start(router().merge(inner).resource_metadata().into_axum()).await;
    // A name that is not an address does not lead to a server.
    let expected = json!({ "resource": "https://api.example", "scopes_supported": ["notes:write"] });
    assert_eq!(metadata(&server, "/.well-known/oauth-protected-resource").await, expected);
    assert_eq!(metadata(&server, PATH).await["scopes_supported"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn a_page_of_any_origin_may_read_it() {
    let server = Server::start(router().resource_metadata().into_axum()).await;
    let answer = server.send(Request::get(PATH).header("origin", "https://inspector.example")).await;
    assert_eq!(answer.headers["access-control-allow-origin"], "*");
}

#[test]
fn the_table_lists_the_document() {
    let table = router().resource_metadata().access_table();
    let row = table.rows().iter().find(|row| row.path == PATH).unwrap();
    assert_eq!((row.method.as_str(), row.policy.as_str()), ("GET", "unguarded"));
    assert_eq!(row.reason.as_deref(), Some("protected resource metadata (RFC 9728)"));
}

#[test]
fn a_resource_whose_document_is_not_mounted_is_a_warning() {
    let warnings = |router: Router| {
        let captured = events::capture();
        let _: axum::Router = router.into_axum();
        let warnings = captured.take().into_iter().filter(|event| event.level == Level::WARN);
        warnings.map(|event| event.field("path").unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(warnings(router()), [PATH]);
    assert_eq!(warnings(router().resource_metadata()), [""; 0]);
    assert_eq!(
        warnings(Router::new().route("/mcp", get(read)).with_guard(jwt_guard_tests::hs256())),
        [""; 0]
    );
}

#[test]
#[should_panic(expected = "found no guard with a resource")]
fn without_a_resource_there_is_nothing_to_serve() {
    let router: Router = Router::new().route("/mcp", get(read)).with_guard(jwt_guard_tests::hs256());
    drop(router.resource_metadata());
}
