//! A hidden route looks as a path without a route: status, headers and body, whatever the router does elsewhere.

use axum::extract::{OriginalUri, State};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get as axum_get;
use http::{HeaderValue, Method, StatusCode, Uri};
use jwt_guard::policy::{DenyAs, Policy, Requirement, Rule};
use jwt_guard::respond::{Refusal, RenderRefusal};
use jwt_guard::routing::{get, guarded_by};
use jwt_guard::{Algorithm, Principal, Router, extract::Guarded};
use jwt_guard_tests::{Answer, Outcome, Request, Server, guard, hs256, token};

/// Where the hidden routes are, below each prefix.
const HIDDEN: &str = "hidden";
/// As long, and without a route.
const ABSENT: &str = "absent";

/// Asks for a hidden and for an absent path in every way, and compares the answers.
async fn looks_absent(app: impl Into<axum::Router>, prefixes: &[&str]) {
    let server = Server::start(app).await;
    let callers =
        [None, Some(token(&[])), Some("a.b.c".to_owned()), Some(token(&[("scope", "\"orders:read\"")]))];
    for prefix in prefixes {
        for method in ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"] {
            for caller in &callers {
                let ask = async |name: &str| {
                    let request =
                        Request::new(method, &format!("{prefix}/{name}?q=1")).header("x-more", "kept");
                    let request = caller.iter().fold(request, |request, token| request.bearer(token));
                    without_date(server.send(request).await)
                };
                let (hidden, absent) = (ask(HIDDEN).await, ask(ABSENT).await);
                let body = absent.body.replace(ABSENT, HIDDEN);
                let expected = (absent.status, &absent.headers, &body);
                assert_eq!(
                    (hidden.status, &hidden.headers, &hidden.body),
                    expected,
                    "{method} {prefix} {caller:?}"
                );
                assert!(!hidden.headers.contains_key("allow"), "{method} {prefix}: {hidden:?}");
            }
        }
        // The route is there, for those who may know.
        let admin = token(&[("roles", r#"["admin"]"#)]);
        let welcome = server.get(&format!("{prefix}/{HIDDEN}"), &admin).await;
        assert_eq!((welcome.status.as_u16(), welcome.body.as_str()), (200, "welcome"), "{prefix}");
    }
}

fn without_date(mut answer: Answer) -> Answer {
    answer.headers.remove("date");
    answer
}

/// A router with a hidden route, whose route, routes and whole have a layer each.
fn layered() -> Router {
    Router::new()
        .route("/hidden", get(secret).post(secret).layer(middleware::from_fn(route_layer)))
        .route("/open", get(open))
        .route_layer(middleware::from_fn(routes_layer))
        .layer(middleware::from_fn(whole_layer))
}

#[tokio::test]
async fn without_a_fallback_it_looks_as_axum_answers() {
    looks_absent(layered().with_guard(hs256()), &[""]).await;
    let nested = Router::new().nest("/a", layered()).nest("/b", layered().with_guard(hs256()));
    looks_absent(nested.with_guard(hs256()), &["/a", "/b"]).await;
}

#[tokio::test]
async fn with_a_fallback_it_looks_as_the_fallback_answers() {
    looks_absent(layered().fallback(lost).with_guard(hs256()), &[""]).await;
    looks_absent(Router::new().with_guard(hs256()).fallback(lost).merge(layered()), &[""]).await;
    let later = Router::new().fallback(lost).route("/hidden", get(secret)).with_guard(hs256());
    looks_absent(later.layer(middleware::from_fn(whole_layer)), &[""]).await;
}

#[tokio::test]
async fn the_fallback_of_a_nested_router_answers_for_its_routes_and_the_outer_one_for_the_others() {
    let own = || layered().fallback(lost_inside);
    let app = Router::new()
        .nest("/own", own())
        .nest("/none", layered())
        .nest("/deep", Router::new().nest("/own", own()).nest("/none", layered()))
        .merge(layered())
        .fallback(lost)
        .layer(middleware::from_fn(whole_layer))
        .with_guard(hs256());
    looks_absent(app, &["", "/own", "/none", "/deep/own", "/deep/none"]).await;
}

#[tokio::test]
async fn a_fallback_with_a_policy_decides_by_its_own_guard() {
    let inner = guard(Algorithm::Hs256).realm("inner").build().unwrap();
    let app = Router::new()
        .nest("/guarded", layered().with_guard(inner.clone()))
        .nest("/both", layered().fallback(for_callers).with_guard(inner))
        .merge(layered())
        .fallback(for_callers)
        .with_guard(guard(Algorithm::Hs256).realm("outer").build().unwrap());
    looks_absent(app.clone(), &["", "/guarded", "/both"]).await;
    let server = Server::start(app).await;
    for (path, realm) in [("/hidden", "outer"), ("/guarded/hidden", "outer"), ("/both/hidden", "inner")] {
        let answer = server.send(Request::get(path)).await;
        let challenge = format!(r#"Bearer realm="{realm}""#);
        assert_eq!(answer.header("www-authenticate"), Some(challenge.as_str()), "{path}");
        server.get(path, &token(&[])).await.is(Outcome::ok("lost alice"));
    }
}

#[tokio::test]
async fn a_fallback_that_hides_too_is_asked_once() {
    let app = layered().fallback(hiding).with_guard(hs256());
    looks_absent(app, &[""]).await;
}

#[tokio::test]
async fn the_fallback_of_an_unguarded_part_answers_too() {
    let files = axum::Router::new()
        .route("/style.css", axum_get(|| async { "css" }))
        .fallback(async |uri: Uri| (StatusCode::NOT_FOUND, format!("no file {uri}")));
    let app = layered().unguarded("static files", files).with_guard(hs256());
    looks_absent(app, &[""]).await;
}

#[tokio::test]
async fn a_router_that_axum_gives_its_state_or_a_prefix_hides_as_well() {
    let router =
        || Router::<u8>::new().route("/hidden", get(secret)).fallback(with_state).with_guard(hs256());
    looks_absent(router().with_state(7), &[""]).await;
    looks_absent(router().into_axum().with_state::<()>(7), &[""]).await;
    let nested = axum::Router::new().nest("/api", router().into_axum()).with_state::<()>(7);
    looks_absent(nested, &["/api"]).await;
}

#[tokio::test]
async fn a_hidden_root_looks_absent_wherever_it_is_nested() {
    let router = || Router::new().route("/", get(secret)).route("/open", get(open)).fallback(lost);
    let by_axum = axum::Router::new().nest("/api", router().with_guard(hs256()).into_axum());
    let by_ours = Router::new().nest("/api", router()).with_guard(hs256()).into_axum();
    let at_the_root = router().with_guard(hs256()).into_axum();
    for (app, path) in [(by_axum, "/api"), (by_ours, "/api"), (at_the_root, "/")] {
        let server = Server::start(app).await;
        for method in ["GET", "POST"] {
            let answer = server.send(Request::new(method, path)).await;
            assert_eq!((answer.status.as_u16(), answer.header("x-fallback")), (404, Some("yes")), "{path}");
        }
        let beside = format!("{}/open", path.trim_end_matches('/'));
        assert_eq!(server.send(Request::get(&beside)).await.status, 200, "{beside}");
    }
}

#[tokio::test]
async fn the_fallback_is_given_the_request_as_it_came_but_for_its_body() {
    let server = Server::start(layered().fallback(lost).with_guard(hs256())).await;
    let answer = server.send(Request::post_json("/hidden?q=1", "{}").header("x-more", "kept")).await;
    assert_eq!(answer.status, 404);
    assert_eq!(answer.body, "POST /hidden?q=1 /hidden?q=1 Some(\"kept\") 0");
    assert_eq!(answer.header("x-whole"), None, "the layer came before the fallback");
    assert_eq!(answer.header("x-fallback"), Some("yes"));
}

#[tokio::test]
async fn a_hidden_service_looks_absent_at_every_path_below_it() {
    let files = tower::service_fn(async |_: axum::extract::Request| {
        Ok::<_, std::convert::Infallible>("welcome".into_response())
    });
    let inner = || Router::new().nest_service("/hidden", guarded_by::<Admins>(files));
    for app in [inner(), inner().fallback(lost), inner().route("/open/{id}", get(open))] {
        let app = app.nest("/deep", inner()).with_guard(hs256());
        looks_absent(app.clone(), &["", "/deep"]).await;
        let server = Server::start(app).await;
        for path in ["/hidden/", "/hidden/a", "/hidden/a/b?q=1", "/deep/hidden/a"] {
            let absent = without_date(server.send(Request::get(&path.replace(HIDDEN, ABSENT))).await);
            let hidden = without_date(server.send(Request::get(path)).await);
            let expected = (absent.status, &absent.headers, absent.body.replace(ABSENT, HIDDEN));
            assert_eq!((hidden.status, &hidden.headers, hidden.body), expected, "{path}");
            let admin = token(&[("roles", r#"["admin"]"#)]);
            server.get(path, &admin).await.is(Outcome::ok("welcome"));
        }
    }
}

#[tokio::test]
async fn a_route_of_a_foreign_router_looks_absent_unless_a_fallback_of_ours_answers_otherwise() {
    let foreign = || axum::Router::new().route("/hidden", axum_get(async || "welcome"));
    let answers = async |app: Router, method: &str| {
        let server = Server::start(app.with_guard(hs256())).await;
        let ask = async |path| without_date(server.send(Request::new(method, path)).await);
        let (hidden, absent) = (ask("/hidden").await, ask("/absent").await);
        [hidden, absent].map(|answer| (answer.status.as_u16(), answer.headers, answer.body))
    };
    let theirs = || foreign().fallback(async || "theirs");
    for method in ["GET", "POST", "OPTIONS"] {
        for app in [foreign(), theirs()].map(|foreign| Router::new().guarded_by::<Admins>(foreign)) {
            let [mut hidden, absent] = answers(app, method).await;
            // axum names the methods of a route beside whatever answers for another method.
            assert_eq!(hidden.1.remove("allow").is_some(), method != "GET", "SECURITY.md says so: {method}");
            assert_eq!(hidden, absent, "{method}");
        }
        let [hidden, absent] =
            answers(Router::new().fallback(lost).guarded_by::<Admins>(foreign()), method).await;
        assert_eq!((hidden.0, absent.0, hidden.2.as_str()), (404, 404, ""), "{method}");
        assert_ne!(hidden, absent, "SECURITY.md says so: {method}");
    }
}

#[tokio::test]
async fn a_path_with_an_open_method_still_says_which_methods_it_has() {
    let app = Router::new().route("/mixed", get(open).post(secret)).fallback(lost).with_guard(hs256());
    let server = Server::start(app).await;
    assert_eq!(server.send(Request::new("PUT", "/mixed")).await.status, 405);
    let hidden = server.send(Request::new("POST", "/mixed")).await;
    assert_eq!((hidden.status.as_u16(), hidden.header("x-fallback")), (404, Some("yes")));
}

#[tokio::test]
async fn where_axum_has_the_fallback_the_application_says_how_a_missing_route_looks() {
    struct Missing;
    impl RenderRefusal for Missing {
        fn render(&self, refusal: &Refusal) -> Response {
            refusal.status().into_response()
        }
        fn render_not_found(&self) -> Response {
            "nothing here".into_response()
        }
    }
    let guard = guard(Algorithm::Hs256).refusal_body(Missing).build().unwrap();
    let plain = axum::Router::new().route("/hidden", axum_get(secret)).layer(guard.layer());
    let ours = Router::new().route("/hidden", get(secret)).with_guard(guard).into_axum();
    for app in [plain, ours] {
        let app = app.fallback(async || (StatusCode::NOT_FOUND, "nothing here"));
        let server = Server::start(app).await;
        for path in ["/hidden", "/absent"] {
            let answer = server.send(Request::get(path)).await;
            assert_eq!((answer.status.as_u16(), answer.body.as_str()), (404, "nothing here"), "{path}");
        }
    }
}

#[jwt_guard::requires(role = "admin", deny_as = "not_found")]
async fn secret() -> &'static str {
    "welcome"
}

#[jwt_guard::anonymous_allowed]
async fn open() {}

/// Says all that it can see of the request.
#[jwt_guard::anonymous_allowed]
async fn lost(
    method: Method,
    uri: Uri,
    OriginalUri(original): OriginalUri,
    headers: http::HeaderMap,
    body: axum::body::Bytes,
) -> impl IntoResponse {
    let more = headers.get("x-more");
    let text = format!("{method} {uri} {original} {more:?} {}", body.len());
    (StatusCode::NOT_FOUND, [("x-fallback", "yes")], text)
}

#[jwt_guard::anonymous_allowed]
async fn lost_inside(uri: Uri, OriginalUri(original): OriginalUri) -> impl IntoResponse {
    (StatusCode::NOT_FOUND, [("x-inside", "yes")], format!("inside {uri} {original}"))
}

#[jwt_guard::authentication_required]
async fn for_callers(caller: Principal) -> String {
    format!("lost {}", caller.subject().unwrap_or_default())
}

#[jwt_guard::anonymous_allowed]
async fn with_state(State(state): State<u8>, uri: Uri) -> (StatusCode, String) {
    (StatusCode::NOT_FOUND, format!("{state} {uri}"))
}

struct Admins;

impl Policy for Admins {
    const RULE: Rule =
        Rule::authenticated().with_requirement(Requirement::Role("admin")).with_deny_as(DenyAs::NotFound);
}

struct Hiding;

impl Policy for Hiding {
    const RULE: Rule = Rule::authenticated().with_deny_as(DenyAs::NotFound);
}

async fn hiding(_: Guarded<Hiding>) -> &'static str {
    "lost"
}

async fn route_layer(request: axum::extract::Request, next: Next) -> Response {
    noted("x-route", request, next).await
}

async fn routes_layer(request: axum::extract::Request, next: Next) -> Response {
    noted("x-routes", request, next).await
}

async fn whole_layer(request: axum::extract::Request, next: Next) -> Response {
    noted("x-whole", request, next).await
}

async fn noted(name: &'static str, request: axum::extract::Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    response.headers_mut().append(name, HeaderValue::from_static("yes"));
    response
}
