//! Checks of handlers: when they are asked, what they see, and how their answers reach client and log.

use std::io;
use std::sync::{Arc, Mutex};

use axum::Json;
use axum::body::Body;
use axum::extract::{FromRef, FromRequestParts, Path, Query, State};
use axum::response::IntoResponse;
use http::StatusCode;
use http::request::Parts;
use jwt_guard::policy::{Policy, Rule};
use jwt_guard::respond::Refusal;
use jwt_guard::routing::{get, post};
use jwt_guard::{
    Algorithm, Claims, JwtGuard, Principal, Router, anonymous_allowed, check, extract::Guarded, requires,
};
use jwt_guard_tests::events::capture;
use jwt_guard_tests::{Outcome, Request, Server, guard, hs256, token};
use tower::ServiceExt as _;
use tracing::Level;

use super::order::Untouchable;

/// What was asked, in order.
#[derive(Clone, Default)]
struct Journal(Arc<Mutex<Vec<String>>>);

impl Journal {
    fn note(&self, text: impl Into<String>) {
        self.0.lock().unwrap().push(text.into());
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

#[derive(Clone, Default)]
struct App {
    journal: Journal,
}

impl FromRef<App> for Journal {
    fn from_ref(app: &App) -> Self {
        app.journal.clone()
    }
}

#[check]
async fn owns_order(State(journal): State<Journal>, Path(order): Path<u64>, caller: Principal) -> bool {
    journal.note(format!("owns_order {order} {:?}", caller.subject()));
    order == 7 && caller.subject() == Some("alice")
}

/// A module of checks.
mod rules {
    use super::*;

    #[check]
    pub(super) async fn is_open(State(journal): State<Journal>) -> Result<bool, io::Error> {
        journal.note("is_open");
        tokio::task::yield_now().await;
        Ok(true)
    }

    #[check]
    pub(super) async fn fails(State(journal): State<Journal>) -> Result<bool, io::Error> {
        journal.note("fails");
        Err(io::Error::other("the database\nis away"))
    }

    #[check]
    pub(super) async fn panics() -> bool {
        tokio::task::yield_now().await;
        panic!("as the test wants")
    }
}

#[check]
async fn never() -> bool {
    false
}

/// An extractor of this application that panics.
struct Broken;

impl<S: Sync> FromRequestParts<S> for Broken {
    type Rejection = StatusCode;

    async fn from_request_parts(_: &mut Parts, _: &S) -> Result<Self, StatusCode> {
        panic!("as the test wants")
    }
}

#[check]
async fn takes_broken(_: Broken) -> bool {
    true
}

#[requires(scope = "orders:write", check = owns_order)]
async fn update(State(journal): State<Journal>, Path(order): Path<u64>, Json(body): Json<u64>) -> String {
    journal.note("handler");
    format!("{order} {body}")
}

#[requires(check = rules::is_open, check = owns_order, check = never)]
async fn three() {}

#[requires(check = rules::is_open, check = owns_order)]
async fn open_twice() -> &'static str {
    "open"
}

#[requires(check = owns_order, deny_as = "not_found")]
async fn secret() -> &'static str {
    "secret"
}

#[requires(check = rules::fails)]
async fn failing() {}

#[requires(check = rules::fails, deny_as = "not_found")]
async fn failing_secret() {}

#[requires(check = rules::panics)]
async fn panicking() {}

#[requires(check = takes_broken)]
async fn panicking_extractor() {}

#[check]
async fn has_key(Query(query): Query<Vec<(String, String)>>, caller: Principal) -> bool {
    caller.is_authenticated() || query.contains(&("key".to_owned(), "open".to_owned()))
}

#[anonymous_allowed(check = has_key)]
async fn shared_link(caller: Option<Claims>) -> String {
    caller.map_or("stranger".into(), |claims| claims.subject().to_owned())
}

#[anonymous_allowed(check = never)]
async fn closed() {}

#[anonymous_allowed(credentials = "ignored", check = never)]
async fn closed_login() {}

#[requires(token = "refresh", check = rules::is_open)]
async fn refresh() {}

struct ByHand;

impl Policy for ByHand {
    const RULE: Rule = Rule::authenticated().with_checks(&["owns_order", "rules::is_open"]);
}

async fn by_hand(_: Guarded<ByHand, (owns_order, rules::is_open)>) -> &'static str {
    "by hand"
}

fn router() -> Router<App> {
    Router::new()
        .route("/orders/{order}", post(update))
        .route("/three/{order}", get(three))
        .route("/open/{order}", get(open_twice))
        .route("/secret/{order}", get(secret))
        .route("/failing", get(failing))
        .route("/failing-secret", get(failing_secret))
        .route("/panicking", get(panicking))
        .route("/panicking-extractor", get(panicking_extractor))
        .route("/link", get(shared_link))
        .route("/closed", get(closed))
        .route("/closed-login", post(closed_login))
        .route("/refresh", post(refresh))
        .route("/by-hand/{order}", get(by_hand))
}

async fn serve() -> (Server, Journal) {
    let app = App::default();
    let journal = app.journal.clone();
    (Server::start(router().with_state(app).with_guard(hs256()).into_axum()).await, journal)
}

fn writer() -> String {
    token(&[("scope", "\"orders:write\"")])
}

#[tokio::test]
async fn a_check_is_asked_after_the_conditions_and_before_the_body() {
    let (server, journal) = serve().await;
    let ask = async |path: &str, token: Option<&str>, body: &str| {
        let request = Request::post_json(path, body);
        let answer = server.send(token.into_iter().fold(request, Request::bearer)).await;
        (answer.status.as_u16(), answer.body)
    };
    let writer = writer();
    assert_eq!(ask("/orders/7", Some(&writer), "5").await, (200, "7 5".to_owned()));
    assert_eq!(journal.take(), [r#"owns_order 7 Some("alice")"#, "handler"]);
    // Refused by the check: the body is not looked at, which is not JSON.
    assert_eq!(ask("/orders/8", Some(&writer), "nonsense").await.0, 403);
    assert_eq!(journal.take(), [r#"owns_order 8 Some("alice")"#]);
    assert_eq!(ask("/orders/7", Some(&writer), "nonsense").await.0, 400);
    assert_eq!(journal.take(), [r#"owns_order 7 Some("alice")"#]);
    // Refused before: the check is not asked.
    assert_eq!(ask("/orders/7", None, "5").await.0, 401);
    assert_eq!(ask("/orders/7", Some("a.b.c"), "5").await.0, 401);
    assert_eq!(ask("/orders/7", Some(&token(&[])), "5").await.0, 403);
    assert_eq!(ask("/orders/x", None, "5").await.0, 401);
    assert_eq!(journal.take(), [""; 0]);
    // An extractor of the check refuses.
    assert_eq!(ask("/orders/x", Some(&writer), "5").await.0, 400);
    assert_eq!(journal.take(), [""; 0]);
}

/// The body of a refused request is not polled.
#[tokio::test]
async fn the_body_is_not_polled_where_a_check_refuses() {
    let request = http::Request::post("/orders/8").header("authorization", format!("Bearer {}", writer()));
    let app: Router = router().with_state(App::default()).with_guard(hs256());
    let response = app.oneshot(request.body(Body::new(Untouchable)).unwrap()).await.unwrap();
    assert_eq!(response.status(), 403);
}

#[tokio::test]
async fn several_checks_are_asked_in_order_until_one_refuses() {
    let (server, journal) = serve().await;
    let alice = token(&[]);
    assert_eq!(server.get("/three/7", &alice).await.status.as_u16(), 403);
    assert_eq!(journal.take(), ["is_open", r#"owns_order 7 Some("alice")"#]);
    assert_eq!(server.get("/three/8", &alice).await.status.as_u16(), 403);
    assert_eq!(journal.take(), ["is_open", r#"owns_order 8 Some("alice")"#]);
    server.get("/open/7", &alice).await.is(Outcome::ok("open"));
    assert_eq!(journal.take(), ["is_open", r#"owns_order 7 Some("alice")"#]);
    server.get("/by-hand/7", &alice).await.is(Outcome::ok("by hand"));
    assert_eq!(server.get("/by-hand/8", &alice).await.status.as_u16(), 403);
}

#[tokio::test]
async fn a_refusal_by_a_check_looks_as_one_by_a_condition() {
    let (server, _) = serve().await;
    let alice = token(&[]);
    let by_check = server.get("/three/7", &alice).await;
    let by_role = Server::start(Router::new().route("/role", get(clerk)).with_guard(hs256()).into_axum())
        .await
        .get("/role", &alice)
        .await;
    assert_eq!(by_check.status, by_role.status);
    assert_eq!(by_check.body, by_role.body);
    assert_eq!(by_check.header("www-authenticate"), by_role.header("www-authenticate"));
    // Hidden routes look absent, and only a failure of the service shows.
    server.get("/secret/7", &alice).await.is(Outcome::ok("secret"));
    let (hidden, absent) = (server.get("/secret/8", &alice).await, server.get("/absent/8", &alice).await);
    assert_eq!((hidden.status.as_u16(), &hidden.body), (404, &absent.body));
    assert_eq!(hidden.headers.keys().collect::<Vec<_>>(), absent.headers.keys().collect::<Vec<_>>());
    assert_eq!(server.get("/failing-secret", &alice).await.status.as_u16(), 503);
}

#[requires(role = "clerk")]
async fn clerk() {}

#[tokio::test]
async fn an_error_and_a_panic_of_a_check_are_not_verdicts() {
    let (server, _) = serve().await;
    let alice = token(&[]);
    for (path, status, code, reason) in [
        (
            "/failing",
            503,
            "check_failed",
            Some(r"the check `it::attributes::checks::rules::fails` failed: the database\nis away"),
        ),
        ("/panicking", 500, "panicked", None),
        ("/panicking-extractor", 500, "panicked", None),
    ] {
        let events = capture();
        let answer = server.get(path, &alice).await;
        assert_eq!(answer.status.as_u16(), status, "{path}");
        assert!(!answer.body.contains("away"), "{}", answer.body);
        let logged = events.take().into_iter().find(|event| event.level == Level::ERROR).unwrap();
        assert_eq!(logged.field("code"), Some(code), "{logged:?}");
        assert_eq!(logged.field("reason"), reason, "{logged:?}");
    }
}

#[tokio::test]
async fn panics_of_checks_are_counted() {
    let guard = hs256();
    let app = router().with_state(App::default()).with_guard(guard.clone());
    let server = Server::start(app.into_axum()).await;
    server.get("/panicking", &token(&[])).await;
    assert_eq!(guard.caught_panics(), 1);
}

#[tokio::test]
async fn the_log_names_the_check_that_refuses() {
    let (server, _) = serve().await;
    let events = capture();
    server.get("/three/7", &token(&[])).await;
    let refused = events.take().into_iter().find(|event| event.level == Level::INFO).unwrap();
    for (field, value) in [
        ("code", "check_refused"),
        ("policy", "requires(check = rules::is_open, check = owns_order, check = never)"),
        ("reason", "the check `it::attributes::checks::never` refuses the caller"),
        ("expected", "`it::attributes::checks::never` answers `true`"),
    ] {
        assert_eq!(refused.field(field), Some(value), "{refused:?}");
    }
}

#[tokio::test]
async fn a_check_on_an_open_route_refuses_strangers_with_401() {
    let (server, _) = serve().await;
    let alice = token(&[]);
    server.send(Request::get("/link?key=open")).await.is(Outcome::ok("stranger"));
    server.get("/link", &alice).await.is(Outcome::ok("alice"));
    let stranger = server.send(Request::get("/link")).await;
    assert_eq!(stranger.status.as_u16(), 401);
    assert_eq!(stranger.header("www-authenticate"), Some(r#"Bearer realm="api""#));
    assert_eq!(server.send(Request::get("/closed")).await.status.as_u16(), 401);
    assert_eq!(server.get("/closed", &alice).await.status.as_u16(), 403);
    assert_eq!(server.get("/closed", "a.b.c").await.status.as_u16(), 401);
    // No token would help.
    assert_eq!(server.send(Request::new("POST", "/closed-login")).await.status.as_u16(), 403);
}

#[tokio::test]
async fn a_refusal_by_a_check_is_written_by_the_renderer() {
    let teapot = |_: &Refusal| "a teapot".into_response();
    let guard = guard(Algorithm::Hs256).refusal_body(teapot).build().unwrap();
    let server = Server::start(router().with_state(App::default()).with_guard(guard).into_axum()).await;
    let refused = server.get("/three/7", &token(&[])).await;
    assert_eq!((refused.status.as_u16(), &*refused.body), (403, "a teapot"));
}

const CLOSED_LOGIN: &Rule = &Rule::anonymous().credentials_ignored().with_checks(&["never"]);

#[tokio::test]
async fn outside_of_its_handler_a_policy_with_a_check_admits_no_caller() {
    let guard: JwtGuard = hs256();
    let events = capture();
    let refusal = guard.verify_by(&token(&[]), const { &ByHand::RULE }).await.unwrap_err();
    assert_eq!(refusal.status(), 500);
    assert_eq!(events.only().field("code"), Some("check_outside"));
    let caller = guard.verify(&token(&[])).await.unwrap();
    for policy in [const { &Rule::anonymous().with_checks(&["never"]) }, CLOSED_LOGIN] {
        let events = capture();
        for text in [&*token(&[]), "a.b.c"] {
            assert_eq!(guard.verify_by(text, policy).await.unwrap_err().status(), 500, "{policy} {text}");
        }
        assert_eq!(guard.authorize(&caller, policy).unwrap_err().status(), 500, "{policy}");
        let logged = events.take();
        assert_eq!(logged.len(), 3, "{logged:?}");
        assert!(logged.iter().all(|event| event.field("code") == Some("check_outside")), "{logged:?}");
    }
}

#[test]
fn the_access_table_names_checks() {
    let table = router().access_table();
    let policy = |path: &str| table.rows().iter().find(|row| row.path == path).unwrap().policy.clone();
    for (path, shown) in [
        ("/orders/{order}", r#"requires(scope = "orders:write", check = owns_order)"#),
        ("/three/{order}", "requires(check = rules::is_open, check = owns_order, check = never)"),
        ("/link", "anonymous_allowed(check = has_key)"),
        ("/closed-login", r#"anonymous_allowed(credentials = "ignored", check = never)"#),
        ("/refresh", r#"authentication_required(token = "refresh", check = rules::is_open)"#),
        ("/by-hand/{order}", "requires(check = owns_order, check = rules::is_open)"),
    ] {
        assert_eq!(policy(path), shown);
    }
}
