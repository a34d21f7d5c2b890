//! One guard, the one that is meant: whatever the order of the calls, and the access table says which.

use std::env;
use std::process::Command;

use axum::Extension;
use axum::body::Body;
use axum::extract::Request as AxumRequest;
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::get as axum_get;
use http::HeaderValue;
use jwt_guard::routing::{AccessTable, MethodRouter, any, get, post};
use jwt_guard::{Algorithm, JwtGuard, Principal, Router};
use jwt_guard_tests::{Answer, Outcome, Request, Server, events, guard, hs256, token};
use tower::ServiceExt as _;

/// Method, path, the guard that decides, and the path of the row.
type Ask = (&'static str, &'static str, &'static str, &'static str);

/// No guard of the router's: the installed one, else none.
const NONE: &str = "nearest layer or installed";

/// The path of fallbacks at the root in the access table.
const LOST: &str = "/* (no route)";

fn cases() -> Vec<(&'static str, Router, Vec<Ask>)> {
    let mut cases = routes();
    cases.extend(parts());
    cases.extend(clones());
    cases
}

/// Routes, their methods and their layers.
fn routes() -> Vec<(&'static str, Router, Vec<Ask>)> {
    let r = Router::new;
    let many = || get(closed).post(closed).fallback(closed);
    vec![
        ("no guard", r().route("/a", get(closed)), vec![("GET", "/a", NONE, "/a")]),
        ("after", r().route("/a", get(closed)).with_guard(named("g")), vec![("GET", "/a", "g", "/a")]),
        ("before", r().with_guard(named("g")).route("/a", get(closed)), vec![("GET", "/a", "g", "/a")]),
        (
            "between",
            r().route("/a", get(closed)).with_guard(named("g")).route("/b", get(closed)),
            vec![("GET", "/a", "g", "/a"), ("GET", "/b", "g", "/b")],
        ),
        (
            "every method",
            r().with_guard(named("g")).route("/a", many()),
            vec![("GET", "/a", "g", "/a"), ("POST", "/a", "g", "/a"), ("PUT", "/a", "g", "/a")],
        ),
        (
            "merged methods",
            r().route("/a", get(closed).merge(post(closed))).with_guard(named("g")),
            vec![("GET", "/a", "g", "/a"), ("POST", "/a", "g", "/a")],
        ),
        (
            "a route's own",
            r().with_guard(named("g"))
                .route("/a", any(closed).with_guard(named("h")))
                .route("/b", any(closed)),
            vec![("GET", "/a", "h", "/a"), ("GET", "/b", "g", "/b")],
        ),
        (
            "a route's own, before its methods",
            r().route("/a", get(closed).with_guard(named("h")).post(closed).fallback(closed)),
            vec![("GET", "/a", "h", "/a"), ("POST", "/a", "h", "/a"), ("PUT", "/a", "h", "/a")],
        ),
        (
            "a method's own",
            r().route("/a", get(closed).merge(post(closed).with_guard(named("h")))).with_guard(named("g")),
            vec![("POST", "/a", "h", "/a")],
        ),
        (
            "each method's own",
            r().route("/a", get(closed).with_guard(named("g")).merge(post(closed).with_guard(named("h")))),
            vec![("POST", "/a", "h", "/a")],
        ),
        (
            "a guard's layer on a route",
            r().with_guard(named("g")).route("/a", get(closed).layer(named("h").layer())),
            vec![("GET", "/a", "h", "/a")],
        ),
        (
            "a guard's layer on a route of a route's own guard",
            r().route("/a", get(closed).with_guard(named("g")).layer(named("h").layer())),
            vec![("GET", "/a", "h", "/a")],
        ),
        (
            "a guard's layer on the methods of a route, not on its fallback",
            r().route("/a", get(closed).fallback(closed).route_layer(named("h").layer()))
                .with_guard(named("g")),
            vec![("GET", "/a", "h", "/a"), ("PUT", "/a", "g", "/a")],
        ),
        (
            "a guard's layer on a router",
            r().route("/a", get(closed))
                .layer(named("h").layer())
                .route("/b", get(closed))
                .with_guard(named("g")),
            vec![("GET", "/a", "h", "/a"), ("GET", "/b", "g", "/b")],
        ),
        (
            "a guard's layer on the routes of a router, not on its fallback",
            r().fallback(closed)
                .route("/a", get(closed))
                .route_layer(named("h").layer())
                .with_guard(named("g")),
            vec![("GET", "/a", "h", "/a"), ("GET", "/lost", "g", LOST)],
        ),
        (
            "a layer that requires authentication",
            r().with_guard(named("g")).route("/a", get(closed).layer(named("h").require_authentication())),
            vec![("GET", "/a", "h", "/a")],
        ),
        (
            "a layer of the user's in between",
            r().with_guard(named("g"))
                .route("/a", get(closed).layer(middleware::from_fn(note)))
                .layer(middleware::from_fn(note)),
            vec![("GET", "/a", "g", "/a")],
        ),
    ]
}

/// Nested, merged and unguarded routers, and fallbacks.
fn parts() -> Vec<(&'static str, Router, Vec<Ask>)> {
    let r = Router::new;
    let inner = || r().route("/a", get(closed));
    let own = || inner().with_guard(named("h"));
    vec![
        (
            "nested, guard before",
            r().with_guard(named("g")).nest("/n", inner()),
            vec![("GET", "/n/a", "g", "/n/a")],
        ),
        (
            "nested, guard after",
            r().nest("/n", inner()).with_guard(named("g")),
            vec![("GET", "/n/a", "g", "/n/a")],
        ),
        (
            "nested with its own, guard before",
            r().with_guard(named("g")).nest("/n", own()),
            vec![("GET", "/n/a", "h", "/n/a")],
        ),
        (
            "nested with its own, guard after",
            r().nest("/n", own()).with_guard(named("g")),
            vec![("GET", "/n/a", "h", "/n/a")],
        ),
        ("nested with its own, none around", r().nest("/n", own()), vec![("GET", "/n/a", "h", "/n/a")]),
        (
            "nested twice",
            r().nest("/m", r().nest("/n", own()).with_guard(named("i"))).with_guard(named("g")),
            vec![("GET", "/m/n/a", "h", "/m/n/a")],
        ),
        ("merged, guard before", r().with_guard(named("g")).merge(inner()), vec![("GET", "/a", "g", "/a")]),
        ("merged, guard after", r().merge(inner()).with_guard(named("g")), vec![("GET", "/a", "g", "/a")]),
        (
            "merged with its own",
            r().route("/b", get(closed)).with_guard(named("g")).merge(own()),
            vec![("GET", "/a", "h", "/a"), ("GET", "/b", "g", "/b")],
        ),
        (
            "merged into a router without",
            r().route("/b", get(closed)).merge(own()),
            vec![("GET", "/a", "h", "/a"), ("GET", "/b", NONE, "/b")],
        ),
        (
            "fallback, guard before",
            r().with_guard(named("g")).fallback(closed),
            vec![("GET", "/lost", "g", LOST)],
        ),
        (
            "fallback, guard after",
            r().fallback(closed).with_guard(named("g")),
            vec![("GET", "/lost", "g", LOST)],
        ),
        (
            "fallback below a nested router without one",
            r().nest("/n", own()).fallback(closed).with_guard(named("g")),
            vec![("GET", "/n/lost", "g", LOST)],
        ),
        (
            "fallback of a nested router",
            r().nest("/n", own().fallback(closed)).fallback(closed).with_guard(named("g")),
            vec![("GET", "/n/lost", "h", "/n/* (no route)"), ("GET", "/lost", "g", LOST)],
        ),
        (
            "unguarded, guard before",
            r().with_guard(named("g")).unguarded("test", axum::Router::new().route("/told", axum_get(told))),
            vec![("GET", "/told", "g", "/* (not listed)")],
        ),
        (
            "unguarded, guard after",
            r().unguarded("test", axum::Router::new().route("/told", axum_get(told))).with_guard(named("g")),
            vec![("GET", "/told", "g", "/* (not listed)")],
        ),
        (
            "with state",
            Router::<u8>::new().with_guard(named("g")).route("/a", get(closed)).with_state(7),
            vec![("GET", "/a", "g", "/a")],
        ),
        (
            "with state, guard after",
            Router::<u8>::new().route("/a", get(closed)).with_state(7).with_guard(named("g")),
            vec![("GET", "/a", "g", "/a")],
        ),
    ]
}

/// What was cloned and given another guard.
fn clones() -> Vec<(&'static str, Router, Vec<Ask>)> {
    let router = Router::new().route("/a", get(closed));
    let route: MethodRouter = get(closed);
    vec![
        (
            "a router that was cloned",
            Router::new()
                .nest("/g", router.clone().with_guard(named("g")))
                .nest("/h", router.clone().with_guard(named("h")))
                .nest("/none", router),
            vec![
                ("GET", "/g/a", "g", "/g/a"),
                ("GET", "/h/a", "h", "/h/a"),
                ("GET", "/none/a", NONE, "/none/a"),
            ],
        ),
        (
            "a route that was cloned",
            Router::new()
                .route("/g", route.clone().with_guard(named("g")))
                .route("/h", route.clone().with_guard(named("h")))
                .route("/i", route)
                .with_guard(named("i")),
            vec![("GET", "/g", "g", "/g"), ("GET", "/h", "h", "/h"), ("GET", "/i", "i", "/i")],
        ),
    ]
}

/// Asks every case, and compares what decides with what the table says.
async fn ask_all(installed: Option<&str>) {
    for (case, router, asks) in cases() {
        let table = router.access_table();
        // As the program of the README, and as a router of axum, where the guard is a layer.
        for server in [Server::serve(router.clone()).await, Server::start(router.into_axum()).await] {
            ask(case, &server, &table, &asks, installed).await;
        }
    }
}

async fn ask(case: &str, server: &Server, table: &AccessTable, asks: &[Ask], installed: Option<&str>) {
    for &(method, path, expected, row) in asks {
        let decides = if expected == NONE { installed } else { Some(expected) };
        let answer = server.send(Request::new(method, path)).await;
        let seen = match answer.status.as_u16() {
            200 => Some(answer.body.as_str()),
            401 => answer.header("www-authenticate").and_then(|all| all.split('"').nth(1)),
            500 => None,
            other => panic!("{case}: {method} {path} is {other}"),
        };
        assert_eq!(seen, decides, "{case}: {method} {path}");
        if let Some(middleware) = answer.header("x-guard-of-the-middleware") {
            assert_eq!(Some(middleware), decides, "{case}: the middleware around {method} {path}");
        }
        // Other rows of the path may have another guard; one of its method, or for any, has this one.
        let mut rows = table.rows().iter().filter(|known| known.path == row);
        let told = rows.find(|known| known.method == method || !["GET", "POST"].contains(&&*known.method));
        assert_eq!(told.map(|row| row.guard.as_str()), Some(expected), "{case}: {method} {path}\n{table}");
    }
}

#[tokio::test]
async fn a_request_with_an_extension_of_its_own_keeps_it_and_finds_the_guard() {
    #[derive(Clone)]
    struct OfTheServer(&'static str);

    #[jwt_guard::authentication_required]
    async fn who(caller: Principal, Extension(OfTheServer(name)): Extension<OfTheServer>) -> String {
        format!("{} of {name}", caller.subject().unwrap_or_default())
    }
    let app = Router::new().route("/a", get(who)).with_guard(named("g"));
    let mut request = http::Request::get("/a").header("authorization", format!("Bearer {}", token(&[])));
    request.extensions_mut().expect("no problem yet").insert(OfTheServer("the server"));
    let Ok(response) = app.clone().oneshot(request.body(Body::empty()).unwrap()).await;
    assert_eq!(Answer::read(response).await.body, "alice of the server");
    let Ok(response) = app.oneshot(http::Request::get("/a").body(Body::empty()).unwrap()).await;
    assert_eq!(Answer::read(response).await.status, 401);
}

#[tokio::test]
async fn the_guard_that_is_meant_decides_whatever_the_order_of_the_calls() {
    ask_all(None).await;
}

/// An installed guard stays for the life of the process, so this runs in a process of its own.
#[test]
fn the_installed_guard_decides_only_where_no_router_and_no_layer_has_one() {
    let output = Command::new(env::current_exe().unwrap())
        .args([
            "--exact",
            "routers::guards::in_a_process_with_an_installed_guard",
            "--ignored",
            "--nocapture",
        ])
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
}

#[tokio::test]
#[ignore = "run by `the_installed_guard_decides_only_where_no_router_and_no_layer_has_one`"]
async fn in_a_process_with_an_installed_guard() {
    named("installed").install().unwrap();
    ask_all(Some("installed")).await;
    // A value in the extensions is not a guard, and does not hide the one that is.
    let app = axum::Router::new().route("/a", axum_get(closed)).layer(Extension(named("value")));
    let server = Server::start(app).await;
    let answer = server.send(Request::get("/a")).await;
    assert_eq!(answer.header("www-authenticate"), Some(r#"Bearer realm="installed""#));
}

#[tokio::test]
async fn a_guard_in_an_extension_of_axum_does_not_displace_the_guard_of_the_router() {
    let admin = guard(Algorithm::Hs256).realm("admin").build().unwrap();
    let public = JwtGuard::builder()
        .secret(*b"ugM3zqWd8Yt1KxP0hRb7NfLc5VsJ2EaT")
        .audience("public")
        .realm("public")
        .build()
        .unwrap();
    let inside = Router::new().route("/a", get(closed)).layer(Extension(public.clone()));
    let outside = Router::new().route("/a", get(closed)).with_guard(admin.clone());
    for app in [inside.with_guard(admin).into_axum(), outside.into_axum().layer(Extension(public))] {
        let server = Server::start(app).await;
        let stranger = server.send(Request::get("/a")).await;
        assert_eq!(stranger.header("www-authenticate"), Some(r#"Bearer realm="admin""#));
        server.get("/a", &token(&[])).await.is(Outcome::ok("in"));
    }
}

#[tokio::test]
async fn a_guard_that_is_provided_by_hand_counts_as_a_layer() {
    async fn tenant(mut request: AxumRequest, next: Next) -> Response {
        let tenant = request.headers().get("x-tenant").and_then(|tenant| tenant.to_str().ok());
        if let Some(tenant) = tenant.map(str::to_owned) {
            named(&tenant).provide(request.extensions_mut());
        }
        next.run(request).await
    }
    let app = Router::new()
        .route("/a", get(closed))
        .route("/b", get(closed).with_guard(named("innermost")))
        .layer(middleware::from_fn(tenant))
        .with_guard(named("outermost"));
    let server = Server::start(app.into_axum()).await;
    for (path, tenant, expected) in
        [("/a", Some("acme"), "acme"), ("/a", None, "outermost"), ("/b", Some("acme"), "innermost")]
    {
        let request = Request::get(path);
        let request = tenant.map_or(request.clone(), |tenant| request.header("x-tenant", tenant));
        let challenge = format!(r#"Bearer realm="{expected}""#);
        assert_eq!(server.send(request).await.header("www-authenticate"), Some(challenge.as_str()));
    }
}

#[tokio::test]
async fn a_handler_that_takes_the_guard_is_given_the_guard_of_its_request() {
    let app = axum::Router::new().route("/told", axum_get(told));
    let server = Server::start(app.clone().layer(named("g").layer())).await;
    server.send(Request::get("/told")).await.is(Outcome::ok("g"));
    let without = Server::start(app).await;
    without.send(Request::get("/told")).await.is(Outcome::SERVER_ERROR);
}

#[tokio::test]
async fn the_log_says_why_no_guard_reaches_a_handler() {
    let bare = axum::Router::new().route("/a", axum_get(closed)).route("/told", axum_get(told));
    let valued = bare.clone().layer(Extension(hs256()));
    for (app, cause) in [
        (bare, "add `.with_guard(guard)` to its `jwt_guard::Router`"),
        (valued, "by `Extension(guard)` or `insert`, is only a value there"),
    ] {
        for path in ["/a", "/told"] {
            let request = http::Request::get(path).body(axum::body::Body::empty()).unwrap();
            let log = events::capture();
            jwt_guard_tests::oneshot(&app, request).await.is(Outcome::SERVER_ERROR);
            let event = log.only();
            assert!(event.field("reason").is_some_and(|reason| reason.contains(cause)), "{path}: {event:?}");
        }
    }
}

#[test]
#[should_panic(expected = "this router has a guard already; `nest` or `merge` a router for each guard")]
fn a_second_guard_of_one_router_is_a_mistake_at_start_up() {
    let _: Router = Router::new().with_guard(named("g")).with_guard(named("h"));
}

#[test]
#[should_panic(expected = "these handlers have a guard already")]
fn a_second_guard_of_one_route_is_a_mistake_at_start_up() {
    let _: MethodRouter = get(closed).with_guard(named("g")).with_guard(named("h"));
}

#[test]
fn a_guard_is_called_by_its_name_or_else_by_its_realm() {
    assert_eq!(hs256().name(), "api");
    assert_eq!(named("staff").name(), "staff");
    let both = guard(Algorithm::Hs256).realm("shop").name("customers").build().unwrap();
    assert_eq!(both.name(), "customers");
    let error = guard(Algorithm::Hs256).name(" ").build().unwrap_err();
    assert!(error.to_string().contains("the name of the guard is empty"), "{error}");
}

fn named(realm: &str) -> JwtGuard {
    guard(Algorithm::Hs256).realm(realm).build().unwrap()
}

/// A layer of the application, which asks for the guard too.
async fn note(guard: JwtGuard, request: AxumRequest, next: Next) -> Response {
    let mut response = next.run(request).await;
    let name = HeaderValue::from_str(guard.name()).unwrap();
    response.headers_mut().insert("x-guard-of-the-middleware", name);
    response
}

#[jwt_guard::authentication_required]
async fn closed() -> &'static str {
    "in"
}

async fn told(guard: JwtGuard) -> String {
    guard.name().to_owned()
}
