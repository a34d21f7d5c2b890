//! How a guard reaches a handler, and how it guards routers that carry no attributes.

use std::env;
use std::process::Command;

use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get as axum_get;
use http::Method;
use jwt_guard::layer::RequireAuthentication;
use jwt_guard::{Algorithm, JwtGuard, Router, routing};
use jwt_guard_tests::{Outcome, Request, Server, events, guard, hs256, token};

use crate::app::{self, ALICE, ANONYMOUS, OPEN, PROTECTED};

#[tokio::test]
async fn a_whole_router_is_guarded_but_for_the_excepted_routes() {
    let app = plain().layer(hs256().require_authentication().except("/health").except("/login"));
    let server = Server::start(app).await;
    server.send(Request::get("/health")).await.is(Outcome::ok("plain"));
    server.send(Request::get("/login")).await.is(Outcome::ok("plain"));
    for target in ["/orders", "/orders/7", "/admin/login-history", "/login-history", "/healthy"] {
        server.send(Request::get(target)).await.is(Outcome::NO_TOKEN);
        server.get(target, "a.b.c").await.is(Outcome::BAD_TOKEN);
        server.get(target, &token(&[])).await.is(Outcome::ok("plain"));
    }
}

#[tokio::test]
async fn only_preflights_pass_where_they_are_excepted() {
    let layered = |layer: RequireAuthentication| Server::start(plain().layer(layer));
    let excepted = layered(hs256().require_authentication().except_preflights()).await;
    let usual = layered(hs256().require_authentication()).await;
    let with = |method: &str, names: &[&str]| {
        let request = Request::new(method, "/orders");
        names.iter().fold(request, |request, name| request.header(name, "https://app.example"))
    };
    let both = ["origin", "access-control-request-method"];
    // The router has no handler of `OPTIONS`.
    assert_eq!(excepted.send(with("OPTIONS", &both)).await.status, 405);
    usual.send(with("OPTIONS", &both)).await.is(Outcome::NO_TOKEN);
    for request in [
        with("OPTIONS", &both[..1]),
        with("OPTIONS", &both[1..]),
        with("OPTIONS", &[]),
        with("GET", &both),
        with("POST", &both),
    ] {
        excepted.send(request).await.is(Outcome::NO_TOKEN);
    }
}

#[tokio::test]
async fn an_exception_is_one_route_pattern_and_no_spelling_of_a_path() {
    let app = plain()
        .layer(hs256().require_authentication().except("/login").except("/orders/7").except("/files/{name}"));
    let server = Server::start(app).await;
    for target in [
        "/login/",
        "//login",
        "/LOGIN",
        "/%6cogin",
        "/./login",
        "/x/../login",
        "/login;x",
        "/login%2f",
        "/nowhere",
        "/",
        // The pattern of this route is `/orders/{id}`.
        "/orders/7",
    ] {
        server.send(Request::get(target)).await.is(Outcome::NO_TOKEN);
    }
    server.send(Request::get("/login?next=/orders")).await.is(Outcome::ok("plain"));
    server.send(Request::get("/files/a")).await.is(Outcome::ok("plain"));
    server.send(Request::get("/files/b")).await.is(Outcome::ok("plain"));
}

#[tokio::test]
async fn an_exception_names_the_whole_pattern_of_a_nested_route_wherever_the_layer_is() {
    let outside = axum::Router::new()
        .nest("/api", plain())
        .layer(hs256().require_authentication().except("/api/health"));
    let inside = axum::Router::new()
        .nest("/api", plain().layer(hs256().require_authentication().except("/api/health")));
    let mistaken =
        axum::Router::new().nest("/api", plain()).layer(hs256().require_authentication().except("/health"));
    for app in [outside, inside] {
        let server = Server::start(app).await;
        server.send(Request::get("/api/health")).await.is(Outcome::ok("plain"));
        server.send(Request::get("/api/orders")).await.is(Outcome::NO_TOKEN);
    }
    let server = Server::start(mistaken).await;
    server.send(Request::get("/api/health")).await.is(Outcome::NO_TOKEN);
}

#[tokio::test]
async fn an_exception_for_a_method_leaves_the_others_closed() {
    let route = || axum_get(|| async { "read" }).post(|| async { "written" }).delete(|| async { "gone" });
    let app = || axum::Router::new().route("/articles/{id}", route()).route("/all", route());
    let layer =
        || hs256().require_authentication().except_method(Method::GET, "/articles/{id}").except("/all");
    let nested = axum::Router::new().nest("/api", app()).layer(
        hs256().require_authentication().except_method(Method::GET, "/api/articles/{id}").except("/api/all"),
    );
    for (app, prefix) in [(app().layer(layer()), ""), (nested, "/api")] {
        let server = Server::start(app).await;
        let article = format!("{prefix}/articles/7");
        server.send(Request::get(&article)).await.is(Outcome::ok("read"));
        server.send(Request::new("HEAD", &article)).await.is(Outcome::ok(""));
        for method in ["POST", "DELETE", "PUT", "PATCH", "OPTIONS", "TRACE", "get", "BREW"] {
            let refused = server.send(Request::new(method, &article)).await;
            assert_eq!(refused.status, 401, "{method}");
            let known = server.send(Request::new(method, &article).bearer(&token(&[]))).await;
            assert_ne!(known.status, 401, "{method}");
        }
        // Without a method, an exception is for all of them.
        server.send(Request::new("DELETE", &format!("{prefix}/all"))).await.is(Outcome::ok("gone"));
    }
    let posts = hs256().require_authentication().except_method(Method::POST, "/articles/{id}");
    let server = Server::start(app().layer(posts)).await;
    server.send(Request::new("POST", "/articles/7")).await.is(Outcome::ok("written"));
    server.send(Request::get("/articles/7")).await.is(Outcome::NO_TOKEN);
    server.send(Request::get("/all")).await.is(Outcome::NO_TOKEN);
}

/// The exceptions that were reported.
fn reported(log: &events::Capture) -> Vec<String> {
    let events = log.take();
    let warnings = events.iter().filter(|event| event.level == tracing::Level::WARN);
    warnings.filter_map(|event| event.field("exception").map(str::to_owned)).collect()
}

#[test]
fn an_exception_that_meets_no_route_of_our_router_is_reported_at_start_up() {
    let inner = || Router::new().route("/clerks", routing::get(clerks)).fallback(clerks);
    let files = axum::Router::new().route("/a", axum_get(|| async {}));
    let required = || hs256().require_authentication();
    let layered = |app: Router, layer: RequireAuthentication| app.layer(layer);
    let cases: Vec<(Router, &[&str])> = vec![
        (layered(inner(), required().except("/clerks")), &[]),
        (layered(inner(), required().except("/clerk")), &[r#".except("/clerk")"#]),
        (layered(inner(), required().except("/lost")), &[r#".except("/lost")"#]),
        (layered(inner(), required().except_method(Method::HEAD, "/clerks")), &[]),
        (
            layered(inner(), required().except_method(Method::POST, "/clerks")),
            &[r#".except_method(POST, "/clerks")"#],
        ),
        (
            Router::new().nest("/api", inner().layer(required().except("/api/clerks").except("/clerks"))),
            &[r#".except("/clerks")"#],
        ),
        (
            Router::new().layer(required().except("/clerks")).route("/clerks", routing::get(clerks)),
            &[r#".except("/clerks")"#],
        ),
        (inner().route_layer(required().except("/clerk").except("/clerks")), &[r#".except("/clerk")"#]),
        // What is not listed may be there.
        (
            Router::new()
                .nest("/files", Router::new().unguarded("files", files))
                .layer(required().except("/files/a").except("/file")),
            &[r#".except("/file")"#],
        ),
    ];
    for (case, (app, expected)) in cases.into_iter().enumerate() {
        let log = events::capture();
        let _: axum::Router = app.clone().into_axum();
        assert_eq!(reported(&log), expected, "case {case}");
        let _: axum::Router = app.into_axum();
        assert!(reported(&log).is_empty(), "case {case} is reported once");
    }
}

#[tokio::test]
async fn an_exception_with_a_prefix_too_many_is_reported_when_its_request_is_refused() {
    let plain = plain().layer(
        hs256()
            .require_authentication()
            .except("/api/health")
            .except_method(Method::POST, "/api/orders/{id}")
            .except("/api/v1/login"),
    );
    let ours = Router::new()
        .route("/health", routing::get(clerks))
        .layer(hs256().require_authentication().except("/api/health"));
    for (app, asked) in [
        (
            plain.clone(),
            &[("/orders/7", &[][..]), ("/health", &[r#".except("/api/health")"#]), ("/health", &[])][..],
        ),
        (plain, &[("/login", &[r#".except("/api/v1/login")"#])]),
        (ours.into_axum(), &[("/health", &[r#".except("/api/health")"#])]),
    ] {
        let log = events::capture();
        for (target, expected) in asked {
            let request = http::Request::get(*target).body(axum::body::Body::empty()).unwrap();
            assert_eq!(jwt_guard_tests::oneshot(&app, request).await.status, 401);
            assert_eq!(reported(&log), *expected, "{target}");
        }
    }
}

#[tokio::test]
async fn an_exception_that_meets_no_route_of_an_axum_router_is_reported_when_its_request_is_refused() {
    let app = axum::Router::new().nest("/api", plain()).route("/up", axum_get(|| async { "up" })).layer(
        hs256()
            .require_authentication()
            .except("/health")
            .except("/api/orders/7")
            .except("/up")
            .except("/nowhere"),
    );
    let log = events::capture();
    let ask = async |target: &str| {
        let request = http::Request::get(target).body(axum::body::Body::empty()).unwrap();
        jwt_guard_tests::oneshot(&app, request).await.status.as_u16()
    };
    let cases: [(&str, u16, &[&str]); 8] = [
        ("/api/files/a", 401, &[]),
        ("/up", 200, &[]),
        ("/api/health", 401, &[r#".except("/health")"#]),
        ("/api/health", 401, &[]),
        ("/api/orders/7", 401, &[r#".except("/api/orders/7")"#]),
        ("/nowhere/else", 401, &[]),
        ("/nowhere", 401, &[r#".except("/nowhere")"#]),
        ("/up", 200, &[]),
    ];
    for (target, status, expected) in cases {
        assert_eq!(ask(target).await, status, "{target}");
        assert_eq!(reported(&log), expected, "{target}");
    }
}

#[test]
#[should_panic(expected = "`.except_method(GET, \"health\")` matches no route")]
fn an_exception_for_a_method_that_can_match_nothing_is_a_mistake_at_start_up() {
    let _ = hs256().require_authentication().except_method(Method::GET, "health");
}

#[test]
#[should_panic(expected = "matches no route")]
fn an_exception_that_can_match_nothing_is_a_mistake_at_start_up() {
    let _ = hs256().require_authentication().except("health");
}

#[tokio::test]
async fn an_attribute_below_the_layer_is_evaluated_too() {
    let app = Router::new()
        .route("/clerks", routing::get(clerks))
        .merge(app::router())
        .layer(hs256().require_authentication().except(OPEN).except("/clerks"));
    let server = Server::start(app.into_axum()).await;
    server.send(Request::get(OPEN)).await.is(ANONYMOUS);
    server.get(OPEN, &token(&[])).await.is(ALICE);
    server.get(OPEN, "a.b.c").await.is(Outcome::BAD_TOKEN);
    // The exception is from the layer only: the attribute still stands.
    server.send(Request::get("/clerks")).await.is(Outcome::NO_TOKEN);
    server.get("/clerks", &token(&[])).await.is(Outcome::FORBIDDEN);
}

#[tokio::test]
async fn a_route_for_anonymous_callers_is_closed_by_the_layer_unless_excepted() {
    let app = app::router().layer(hs256().require_authentication());
    let server = Server::start(app.into_axum()).await;
    server.send(Request::get(OPEN)).await.is(Outcome::NO_TOKEN);
}

#[tokio::test]
async fn the_innermost_guard_wins() {
    let named = |realm: &str| guard(Algorithm::Hs256).realm(realm).build().unwrap();
    let app = Router::new()
        .nest("/inner", app::router().with_guard(named("inner")))
        .merge(app::router())
        .with_guard(named("middle"))
        .into_axum()
        .layer(named("outer").layer());
    let server = Server::start(app).await;
    let realm = |name| Outcome { challenge: Some(name), ..Outcome::NO_TOKEN };
    server.send(Request::get("/inner/protected")).await.is(realm(r#"Bearer realm="inner""#));
    server.send(Request::get(PROTECTED)).await.is(realm(r#"Bearer realm="middle""#));
}

#[tokio::test]
async fn attributes_enforce_under_a_plain_axum_router() {
    let app = axum::Router::new()
        .route(PROTECTED, axum_get(app::protected))
        .route("/clerks", axum_get(clerks))
        .layer(hs256().layer());
    let server = Server::start(app).await;
    server.send(Request::get(PROTECTED)).await.is(Outcome::NO_TOKEN);
    server.get(PROTECTED, &token(&[])).await.is(ALICE);
    server.get("/clerks", &token(&[])).await.is(Outcome::FORBIDDEN);
}

#[tokio::test]
async fn head_follows_get() {
    let server = app::serve(hs256()).await;
    let head = |token: Option<&str>| {
        let request = Request::new("HEAD", PROTECTED);
        token.map_or(request.clone(), |token| request.bearer(token))
    };
    let answer = server.send(head(None)).await;
    assert_eq!(answer.status, 401);
    assert_eq!(answer.header("www-authenticate"), Some(r#"Bearer realm="api""#));
    assert_eq!(answer.body, "");
    assert_eq!(server.send(head(Some("a.b.c"))).await.status, 401);
    server.send(head(Some(&token(&[])))).await.is(Outcome::ok(""));
}

#[tokio::test]
async fn a_preflight_is_left_to_the_layer_outside_and_reaches_no_handler() {
    async fn cors(request: axum::extract::Request, next: Next) -> Response {
        if request.method() == Method::OPTIONS {
            return ([("access-control-allow-origin", "*")], "").into_response();
        }
        next.run(request).await
    }
    let preflight = || Request::new("OPTIONS", PROTECTED).header("access-control-request-method", "GET");
    let without = app::serve(hs256()).await;
    let answer = without.send(preflight()).await;
    assert_eq!((answer.status.as_u16(), answer.header("allow")), (405, Some("GET,HEAD,POST")));
    let app =
        app::router().layer(hs256().require_authentication()).into_axum().layer(middleware::from_fn(cors));
    let with = Server::start(app).await;
    with.send(preflight()).await.is(Outcome::ok(""));
    with.send(Request::get(PROTECTED)).await.is(Outcome::NO_TOKEN);
}

#[tokio::test]
async fn options_is_guarded_where_a_handler_serves_it() {
    let app = Router::new().route("/", routing::options(app::protected)).with_guard(hs256());
    let server = Server::start(app.into_axum()).await;
    server.send(Request::new("OPTIONS", "/")).await.is(Outcome::NO_TOKEN);
    server.send(Request::new("OPTIONS", "/").bearer(&token(&[]))).await.is(ALICE);
}

/// An installed guard stays for the life of the process, so this runs in a process of its own.
#[test]
fn a_guard_is_installed_once_and_serves_every_handler_without_a_layer() {
    let output = Command::new(env::current_exe().unwrap())
        .args([
            "--exact",
            "routers::layers::in_a_process_with_an_installed_guard",
            "--ignored",
            "--nocapture",
        ])
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
}

#[tokio::test]
#[ignore = "run by `a_guard_is_installed_once_and_serves_every_handler_without_a_layer`"]
async fn in_a_process_with_an_installed_guard() {
    let server = Server::start(app::router().into_axum()).await;
    server.send(Request::get(PROTECTED)).await.is(Outcome::SERVER_ERROR);

    guard(Algorithm::Hs256).realm("first").build().unwrap().install().unwrap();
    let first = Outcome { challenge: Some(r#"Bearer realm="first""#), ..Outcome::NO_TOKEN };
    server.send(Request::get(PROTECTED)).await.is(first);
    server.get(PROTECTED, &token(&[])).await.is(ALICE);

    let second: JwtGuard = guard(Algorithm::Hs256).realm("second").build().unwrap();
    let error = second.clone().install().unwrap_err();
    assert!(error.to_string().contains("installed for this process already"), "{error}");
    server.send(Request::get(PROTECTED)).await.is(first);

    let layered = app::serve(second).await;
    layered
        .send(Request::get(PROTECTED))
        .await
        .is(Outcome { challenge: Some(r#"Bearer realm="second""#), ..Outcome::NO_TOKEN });
}

/// A router that knows nothing of us.
fn plain() -> axum::Router {
    let mut router = axum::Router::new();
    for path in [
        "/health",
        "/healthy",
        "/login",
        "/login-history",
        "/admin/login-history",
        "/orders",
        "/orders/{id}",
        "/files/{name}",
    ] {
        router = router.route(path, axum_get(|| async { "plain" }));
    }
    router
}

#[jwt_guard::requires(role = "clerk")]
async fn clerks() {}
