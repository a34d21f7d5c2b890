//! Services and routers of axum under our router, our router under axum's, and where a router is a service itself.

use std::convert::Infallible;

use axum::body::Body;
use axum::extract::Request as AxumRequest;
use axum::response::Response;
use axum::routing::get as axum_get;
use axum_extra::routing::TypedPath as _;
use http::{Method, StatusCode};
use jwt_guard::policy::{DenyAs, Policy, Requirement, Rule};
use jwt_guard::routing::{self, MethodFilter, get, guarded_by, on, unguarded};
use jwt_guard::{Algorithm, Claims, JwtGuard, Router};
use jwt_guard_tests::{Outcome, Request, Server, guard, hs256, sources, token};
use tower::ServiceExt as _;

use crate::app::{self, ALICE, PROTECTED};

const FILE: &str = "tests/it/routers/services.rs";

struct Readers;

impl Policy for Readers {
    const RULE: Rule = Rule::authenticated().with_requirement(Requirement::Scope("files:read"));
}

struct Hidden;

impl Policy for Hidden {
    const RULE: Rule = Readers::RULE.with_deny_as(DenyAs::NotFound);
}

/// Answers with the path that it sees.
fn echo() -> impl tower::Service<
    AxumRequest,
    Response = Response,
    Error = Infallible,
    Future = impl Future<Output = Result<Response, Infallible>> + Send + 'static,
> + Clone
+ Send
+ Sync
+ 'static {
    tower::service_fn(async |request: AxumRequest| {
        Ok(Response::new(Body::from(format!("{} {}", request.method(), request.uri()))))
    })
}

fn foreign() -> axum::Router {
    axum::Router::new()
        .route("/metrics", axum_get(async || "up 1"))
        .route("/mine", axum_get(async |claims: Claims| claims.subject().to_owned()))
}

fn app() -> Router {
    Router::new()
        .route_service("/file", guarded_by::<Readers>(echo()))
        .nest_service("/files", guarded_by::<Readers>(echo()))
        .route_service("/up", unguarded("a health check", echo()))
        .nest("/api", Router::new().nest_service("/assets", unguarded("assets", echo())))
        .guarded_by::<Readers>(foreign())
        .route("/open", get(app::open))
}

#[test]
fn services_and_foreign_routers_are_rows_with_their_policy_or_their_reason() {
    let table = app().with_guard(guard(Algorithm::Hs256).name("shop").build().unwrap()).access_table();
    let rows: Vec<_> = table
        .rows()
        .iter()
        .map(|row| (row.method.as_str(), row.path.as_str(), row.policy.as_str(), row.reason.as_deref()))
        .collect();
    let readers = r#"requires(scope = "files:read")"#;
    assert_eq!(
        rows,
        [
            ("ANY", "/* (not listed)", readers, None),
            ("ANY", "/api/assets/*", "unguarded", Some("assets")),
            ("ANY", "/file", readers, None),
            ("ANY", "/files/*", readers, None),
            ("GET", "/open", "anonymous_allowed", None),
            ("ANY", "/up", "unguarded", Some("a health check")),
        ]
    );
    for row in table.rows() {
        assert_eq!(row.guard, "shop", "{row:?}");
        let has_rule = row.policy != "unguarded";
        assert_eq!(row.rule().map(ToString::to_string), has_rule.then(|| row.policy.clone()), "{row:?}");
        assert_eq!(row.handler.is_some(), has_rule && row.path != "/* (not listed)", "{row:?}");
        if row.path != "/open" {
            assert_eq!(row.file, FILE);
            let line = sources::read(FILE).lines().nth(row.line as usize - 1).unwrap().to_owned();
            assert!(line.contains("guarded_by::<") || line.contains("unguarded("), "{row:?}: {line}");
        }
    }
}

#[tokio::test]
async fn a_service_behind_a_policy_is_guarded_for_every_path_and_method() {
    let server = Server::start(app().with_guard(hs256())).await;
    let reader = token(&[("scope", "\"files:read\"")]);
    let lacks = r#"Bearer realm="api", error="insufficient_scope", scope="files:read""#;
    for (path, seen) in [
        ("/file", "/file"),
        ("/files", "/"),
        ("/files/", "/"),
        ("/files/a/b?q=1", "/a/b?q=1"),
        ("/metrics", "up 1"),
    ] {
        for method in ["GET", "POST", "DELETE", "OPTIONS", "BREW"] {
            let stranger = server.send(Request::new(method, path)).await;
            assert_eq!(stranger.status, 401, "{method} {path}");
            assert_eq!(
                stranger.header("www-authenticate"),
                Some(r#"Bearer realm="api", scope="files:read""#)
            );
            let weak = server.send(Request::new(method, path).bearer(&token(&[]))).await;
            assert_eq!((weak.status.as_u16(), weak.header("www-authenticate")), (403, Some(lacks)));
        }
        let expected = if path == "/metrics" { seen.to_owned() } else { format!("GET {seen}") };
        server.get(path, &reader).await.is(Outcome::ok(&expected));
    }
    // What a handler behind the policy takes is asked of the same guard.
    server.get("/mine", &reader).await.is(Outcome::ok("alice"));
    for (path, seen) in [("/up", "GET /up"), ("/api/assets/a", "GET /a"), ("/open", "anonymous")] {
        server.send(Request::get(path)).await.is(Outcome::ok(seen));
    }
}

#[tokio::test]
async fn a_foreign_router_behind_a_policy_neither_opens_its_fallback_nor_closes_ours() {
    let reader = token(&[("scope", "\"files:read\"")]);
    let with_fallback = foreign().fallback(async || "theirs");
    let theirs = Server::start(app_of(with_fallback.clone())).await;
    assert_eq!(theirs.send(Request::get("/nowhere")).await.status, 401);
    theirs.get("/nowhere", &reader).await.is(Outcome::ok("theirs"));
    let unguarded = Server::start(app_of(foreign())).await;
    assert_eq!(unguarded.send(Request::get("/nowhere")).await.status, 404);
    for app in [
        app_of(foreign()).fallback(app::open),
        Router::new().fallback(app::open).merge(app_of(foreign())).with_guard(hs256()),
    ] {
        let ours = Server::start(app).await;
        ours.send(Request::get("/nowhere")).await.is(Outcome::ok("anonymous"));
        assert_eq!(ours.send(Request::get("/metrics")).await.status, 401);
    }
    let nested = Router::new().nest("/in", Router::new().guarded_by::<Readers>(with_fallback));
    let nested = Server::start(nested.with_guard(hs256())).await;
    assert_eq!(nested.send(Request::get("/in/nowhere")).await.status, 401);
    assert_eq!(nested.send(Request::get("/nowhere")).await.status, 404);
}

fn app_of(router: axum::Router) -> Router {
    Router::new().guarded_by::<Readers>(router).with_guard(hs256())
}

#[tokio::test]
async fn a_service_may_be_the_fallback_and_may_hide() {
    let app = Router::new()
        .fallback(app::protected)
        .fallback_service(unguarded("pages of a browser application", echo()))
        .route_service("/hidden", guarded_by::<Hidden>(echo()))
        .guarded_by::<Hidden>(axum::Router::new().route("/foreign", axum_get(async || "in")))
        .with_guard(hs256());
    let table = app.access_table();
    let fallback: Vec<_> = table.rows().iter().filter(|row| row.path == "/* (no route)").collect();
    assert_eq!(fallback.len(), 1, "{table}");
    assert_eq!(fallback[0].policy, "unguarded");
    let server = Server::start(app).await;
    server.send(Request::get("/nowhere")).await.is(Outcome::ok("GET /nowhere"));
    server.send(Request::new("POST", "/hidden")).await.is(Outcome::ok("POST /hidden"));
    let reader = token(&[("scope", "\"files:read\"")]);
    server.get("/foreign", &reader).await.is(Outcome::ok("in"));
    assert_eq!(server.send(Request::get("/foreign")).await.status, 404);
}

#[test]
#[should_panic(expected = "what is unguarded needs a reason")]
fn a_service_without_a_policy_needs_a_reason() {
    let _ = unguarded(" ", echo());
}

#[tokio::test]
async fn a_method_that_no_handler_serves_reaches_a_handler_with_a_policy() {
    let app = Router::new()
        .route("/a", get(app::open))
        .nest("/n", Router::new().route("/b", get(app::open)))
        .route("/own", get(app::open).fallback(app::open))
        .route("/hidden", get(hidden))
        .method_not_allowed_fallback(app::protected)
        .route("/later", get(app::open))
        .with_guard(hs256());
    let table = app.access_table();
    let other = |path: &str| {
        let mut rows = table.rows().iter().filter(|row| row.path == path && row.method == "OTHER");
        rows.next().map(|row| row.policy.clone())
    };
    assert_eq!(other("/a").as_deref(), Some("authentication_required"));
    assert_eq!(other("/n/b").as_deref(), Some("authentication_required"));
    assert_eq!(other("/own").as_deref(), Some("anonymous_allowed"));
    assert_eq!((other("/hidden"), other("/later")), (None, None));
    let server = Server::start(app).await;
    for path in ["/a", "/n/b"] {
        server.send(Request::new("PUT", path)).await.is(Outcome::NO_TOKEN);
        server.send(Request::new("PUT", path).bearer(&token(&[]))).await.is(ALICE);
    }
    server.send(Request::new("PUT", "/own")).await.is(app::ANONYMOUS);
    assert_eq!(server.send(Request::new("PUT", "/hidden")).await.status, 404);
    assert_eq!(server.send(Request::new("PUT", "/later")).await.status, 405);
}

#[tokio::test]
async fn a_router_is_a_service_and_what_is_added_after_a_call_counts() {
    let ask = async |app: Router, path: &str| {
        let request = http::Request::get(path).body(Body::empty()).unwrap();
        app.oneshot(request).await.unwrap().status()
    };
    let app = Router::new().with_guard(hs256()).route("/a", get(app::protected));
    assert_eq!(ask(app.clone(), "/a").await, StatusCode::UNAUTHORIZED);
    let mut called = app;
    let request = http::Request::get("/a").body(Body::empty()).unwrap();
    let response = tower::Service::call(&mut called, request).await.unwrap();
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    let more = called.clone().route("/b", get(app::protected)).fallback(app::open);
    assert_eq!(ask(more.clone(), "/b").await, StatusCode::UNAUTHORIZED);
    assert_eq!(ask(more, "/c").await, StatusCode::OK);
    assert_eq!(ask(called, "/b").await, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn axum_serves_a_router_as_it_is() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let task = tokio::spawn(async move { axum::serve(listener, app::router().with_guard(hs256())).await });
    let server = Server::at(address);
    server.send(Request::get(PROTECTED)).await.is(Outcome::NO_TOKEN);
    server.get(PROTECTED, &token(&[])).await.is(ALICE);
    task.abort();
}

#[tokio::test]
async fn routers_and_routes_become_those_of_axum() {
    let named = |realm: &str| -> JwtGuard { guard(Algorithm::Hs256).realm(realm).build().unwrap() };
    let app = axum::Router::new()
        .merge(app::router().with_guard(named("ours")))
        .nest_service("/service", app::router().with_guard(named("service")))
        .route("/framework", get(app::protected).with_guard(named("route")).into_axum())
        .route("/into", routing::post(app::protected).with_guard(named("into")).into());
    let server = Server::start(app).await;
    for (method, path, realm) in [
        ("GET", PROTECTED, "ours"),
        ("GET", "/service/protected", "service"),
        ("GET", "/framework", "route"),
        ("POST", "/into", "into"),
    ] {
        let answer = server.send(Request::new(method, path)).await;
        let challenge = format!(r#"Bearer realm="{realm}""#);
        assert_eq!(answer.header("www-authenticate"), Some(challenge.as_str()), "{path}");
    }
}

#[tokio::test]
async fn several_methods_have_one_handler() {
    let both = MethodFilter::GET.or(MethodFilter::POST);
    let app = Router::new().route("/", on(both, app::protected)).with_guard(hs256());
    assert_eq!(app.access_table().rows()[0].method, "GET,POST");
    let server = Server::start(app).await;
    for method in [Method::GET, Method::POST] {
        server.send(Request::new(method.as_str(), "/")).await.is(Outcome::NO_TOKEN);
    }
}

#[derive(axum_extra::routing::TypedPath, serde::Deserialize)]
#[typed_path("/orders/{id}")]
struct OrderPath {
    id: u32,
}

#[jwt_guard::authentication_required]
async fn order(path: OrderPath, claims: Claims) -> String {
    format!("{} for {}", path.id, claims.subject())
}

#[tokio::test]
async fn a_typed_path_is_routed_by_its_pattern() {
    let app = Router::new().route(OrderPath::PATH, get(order)).with_guard(hs256());
    assert_eq!(app.access_table().rows()[0].path, "/orders/{id}");
    let server = Server::start(app).await;
    // Refused before the path is looked at.
    server.send(Request::get("/orders/seven")).await.is(Outcome::NO_TOKEN);
    server.get("/orders/7", &token(&[])).await.is(Outcome::ok("7 for alice"));
    assert_eq!(server.get("/orders/seven", &token(&[])).await.status, 400);
}

#[test]
fn the_json_of_the_table_is_as_its_schema_says() {
    let schema: serde_json::Value =
        serde_json::from_str(jwt_guard::routing::AccessTable::JSON_SCHEMA).unwrap();
    let row = &schema["items"];
    let required: Vec<_> =
        row["required"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    let properties = row["properties"].as_object().unwrap();
    let table = app().fallback_service(unguarded("pages", echo())).with_guard(hs256()).access_table();
    let rows: serde_json::Value = serde_json::from_str(&table.to_json()).unwrap();
    assert_eq!(rows.as_array().unwrap().len(), 7);
    for row in rows.as_array().unwrap() {
        let row = row.as_object().unwrap();
        assert!(row.keys().all(|name| properties.contains_key(name)), "{row:?}");
        assert!(required.iter().all(|name| row.contains_key(*name)), "{row:?}");
        for (name, value) in row {
            let kind = match value {
                serde_json::Value::Null => "null",
                serde_json::Value::String(_) => "string",
                serde_json::Value::Number(number) if number.is_u64() => "integer",
                other => panic!("{name}: {other}"),
            };
            let allowed = &properties[name]["type"];
            let allows = |known: &serde_json::Value| known == kind;
            assert!(
                allows(allowed) || allowed.as_array().is_some_and(|all| all.iter().any(allows)),
                "{name}"
            );
        }
    }
}

#[jwt_guard::requires(role = "admin", deny_as = "not_found")]
async fn hidden() {}
