//! Policies that are tried out: nothing that they would refuse is refused, and nothing gains rights by it.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use axum::extract::{Path, State};
use axum::response::Response;
use jwt_guard::cookies::CookieSettings;
use jwt_guard::lock::{AccessLock, ChangeKind};
use jwt_guard::login::LoginError;
use jwt_guard::policy::{Enforcement, Policy, Requirement, Rule};
use jwt_guard::routing::{get, post};
use jwt_guard::store::{Lookup, RevocationStore, StoreError, TokenInfo};
use jwt_guard::{
    Algorithm, Claims, JwtGuard, Principal, Router, anonymous_allowed, authentication_required, check,
    requires,
};
use jwt_guard_tests::events::capture;
use jwt_guard_tests::{Outcome, Request, Server, guard, hs256, token};
use tracing::Level;

use crate::login::{Jar, builder};

/// Whom the handler sees.
fn who(caller: Option<&Principal>) -> String {
    caller.and_then(Principal::subject).unwrap_or("anonymous").to_owned()
}

#[requires(scope = "orders:read", enforcement = "report_only")]
async fn orders(caller: Option<Principal>) -> String {
    who(caller.as_ref())
}

#[requires(scope = "orders:read", enforcement = "report_only")]
async fn bare() -> &'static str {
    "bare"
}

#[requires(scope = "orders:read", enforcement = "report_only")]
async fn mine(claims: Claims) -> String {
    claims.subject().to_owned()
}

#[requires(scope = "orders:read", enforcement = "report_only")]
async fn known(caller: Principal) -> String {
    caller.subject().unwrap_or_default().to_owned()
}

#[requires(scope = "orders:read", deny_as = "not_found", enforcement = "report_only")]
async fn hidden(caller: Option<Principal>) -> String {
    who(caller.as_ref())
}

#[authentication_required(redirect = "/login", enforcement = "report_only")]
async fn page(caller: Option<Principal>) -> String {
    who(caller.as_ref())
}

#[authentication_required]
async fn enforced() -> &'static str {
    "enforced"
}

#[requires(owner = "user", enforcement = "report_only")]
async fn misfit() {}

#[check]
async fn is_even(State(asked): State<Arc<AtomicU64>>, Path(number): Path<u64>) -> Result<bool, io::Error> {
    asked.fetch_add(1, Ordering::SeqCst);
    if number == 13 { Err(io::Error::other("away")) } else { Ok(number % 2 == 0) }
}

#[requires(scope = "orders:read", check = is_even, enforcement = "report_only")]
async fn checked(Path(number): Path<String>) -> String {
    number
}

fn app() -> Router {
    Router::new()
        .route("/orders", get(orders))
        .route("/bare", get(bare))
        .route("/mine", get(mine))
        .route("/known", get(known))
        .route("/hidden", get(hidden))
        .route("/page", get(page))
        .route("/enforced", get(enforced))
}

async fn serve(guard: &JwtGuard) -> Server {
    Server::start(app().with_guard(guard.clone()).into_axum()).await
}

#[tokio::test]
async fn what_would_be_refused_is_admitted_as_who_it_is_or_as_anonymous() {
    let guard = hs256();
    let server = serve(&guard).await;
    let good = token(&[("scope", "\"orders:read\"")]);
    let weak = token(&[("scope", "\"orders:write\"")]);
    let expired = token(&[("iat", "1799990000"), ("exp", "1799999000"), ("scope", "\"orders:read\"")]);
    let mut reported = 0;
    for (credential, caller, code) in [
        (None, "anonymous", Some("no_token")),
        (Some("Bearer rubbish".to_owned()), "anonymous", Some("opaque_token")),
        (Some("Bearer a b".to_owned()), "anonymous", Some("malformed_credentials")),
        (Some(format!("Bearer {expired}")), "anonymous", Some("expired")),
        (Some(format!("Bearer {weak}")), "alice", Some("scope_missing")),
        (Some(format!("Bearer {good}")), "alice", None),
    ] {
        for path in ["/orders", "/hidden", "/bare"] {
            let events = capture();
            let request = Request::get(path);
            let request =
                credential.iter().fold(request, |request, text| request.header("authorization", text));
            server.send(request).await.is(Outcome::ok(if path == "/bare" { "bare" } else { caller }));
            let logged = events.only();
            assert_eq!(logged.field("code"), code, "{path}: {logged:?}");
            if code.is_some() {
                reported += 1;
                assert_eq!(logged.level, Level::WARN);
                assert_eq!(logged.field("message"), Some("would be denied"));
                assert_eq!(logged.field("report_only"), Some("true"));
                let policy = logged.field("policy").unwrap();
                assert!(policy.contains(r#"enforcement = "report_only""#), "{policy}");
            } else {
                assert_eq!(logged.field("message"), Some("admitted"));
            }
            assert_eq!(guard.reported_refusals(), reported, "{path}");
        }
    }
    // A browser is not sent away.
    server.send(Request::get("/page").header("accept", "text/html")).await.is(Outcome::ok("anonymous"));
}

#[tokio::test]
async fn a_handler_that_asks_for_claims_still_needs_a_caller() {
    let guard = hs256();
    let server = serve(&guard).await;
    for path in ["/mine", "/known"] {
        server.get(path, &token(&[])).await.is(Outcome::ok("alice"));
        for token in ["", "rubbish"] {
            let request = Request::get(path);
            let request = if token.is_empty() { request } else { request.bearer(token) };
            let events = capture();
            assert_eq!(server.send(request).await.status, 401, "{path} {token}");
            let all = events.take();
            let said: Vec<_> =
                all.iter().map(|one| (one.field("message"), one.field("report_only"))).collect();
            assert_eq!(
                said,
                [(Some("would be denied"), Some("true")), (Some("denied"), None)],
                "{path} {token}"
            );
        }
    }
    let events = capture();
    assert_eq!(server.send(Request::get("/enforced")).await.status, 401);
    assert_eq!(events.only().field("message"), Some("denied"));
    assert_eq!(guard.reported_refusals(), 6);
}

/// A store of revocations that does not answer.
#[derive(Debug)]
struct Away;

impl RevocationStore for Away {
    fn token_status(&self, _: &TokenInfo<'_>, _: SystemTime) -> Lookup<'_> {
        Lookup::Known(Err(StoreError::new("away")))
    }
}

#[tokio::test]
async fn what_is_not_a_verdict_is_answered_as_always() {
    let broken = |_: &TokenInfo<'_>| -> bool { panic!("as the test wants") };
    for (guard, status) in [
        (guard(Algorithm::Hs256).revocation(Away).build().unwrap(), 503),
        (guard(Algorithm::Hs256).revocation(broken).build().unwrap(), 500),
    ] {
        let server = serve(&guard).await;
        for path in ["/orders", "/bare", "/mine", "/page"] {
            let token = token(&[("jti", "\"t-1\"")]);
            assert_eq!(server.get(path, &token).await.status, status, "{path}");
        }
        assert_eq!(guard.reported_refusals(), 0);
    }
    let unguarded = Server::start(app().into_axum()).await;
    assert_eq!(unguarded.send(Request::get("/orders")).await.status, 500);
    let misfit = axum::Router::new().route("/{id}", axum::routing::get(misfit)).layer(hs256().layer());
    assert_eq!(Server::start(misfit).await.send(Request::get("/7")).await.status, 500);
}

#[tokio::test]
async fn checks_are_asked_after_the_conditions_hold_and_their_refusals_are_reported() {
    let guard = hs256();
    let asked = Arc::new(AtomicU64::new(0));
    let app = Router::new().route("/{number}", get(checked)).with_guard(guard.clone());
    let server = Server::start(app.with_state(Arc::clone(&asked)).into_axum()).await;
    let (good, weak) = (token(&[("scope", "\"orders:read\"")]), token(&[]));
    for (path, token, status, checks, reported) in [
        ("/2", &good, 200, 1, 0),
        ("/3", &good, 200, 2, 1),
        // Its own extractor takes what that of the check refuses.
        ("/x", &good, 200, 2, 2),
        ("/3", &weak, 200, 2, 3),
        ("/13", &weak, 200, 2, 4),
        ("/13", &good, 503, 3, 4),
    ] {
        assert_eq!(server.get(path, token).await.status, status, "{path}");
        assert_eq!((asked.load(Ordering::SeqCst), guard.reported_refusals()), (checks, reported), "{path}");
    }
}

#[anonymous_allowed(credentials = "ignored")]
async fn log_in(guard: JwtGuard) -> Result<Response, LoginError> {
    guard.login("ada").scopes(["orders:read"]).cookies().respond().await
}

#[tokio::test]
async fn a_page_of_another_site_is_admitted_as_anonymous_and_never_as_the_owner_of_the_cookie() {
    let guard = builder().cookies(CookieSettings::new()).build().unwrap();
    let app = Router::new().route("/login", post(log_in)).route("/orders", post(orders));
    let server = Server::start(app.with_guard(guard.clone()).into_axum()).await;
    let mut jar = Jar::default();
    jar.keep(&server.send(Request::new("POST", "/login").header("sec-fetch-site", "same-origin")).await);
    let order = || jar.on(Request::new("POST", "/orders"));
    let own = order().header("sec-fetch-site", "same-origin").header("x-csrf-token", jar.csrf());
    server.send(own).await.is(Outcome::ok("ada"));
    for request in [
        order().header("sec-fetch-site", "cross-site").header("x-csrf-token", jar.csrf()),
        order().header("origin", "https://evil.example"),
        order().header("sec-fetch-site", "same-origin"),
        order(),
    ] {
        server.send(request).await.is(Outcome::ok("anonymous"));
    }
    assert_eq!(guard.reported_refusals(), 4);
}

struct Tried;

impl Policy for Tried {
    const RULE: Rule =
        Rule::authenticated().with_requirement(Requirement::Scope("orders:read")).report_only();
}

#[requires(policy = Tried, role = "clerk", enforcement = "report_only")]
async fn shared() {}

#[tokio::test]
async fn outside_of_a_request_a_policy_is_tried_out_too() {
    let guard = hs256();
    let caller = guard.verify(&token(&[])).await.unwrap();
    assert!(guard.authorize(&caller, const { &Tried::RULE }).is_ok());
    let known = guard.verify_by(&token(&[]), const { &Tried::RULE }).await.unwrap();
    assert_eq!(known.subject(), Some("alice"));
    let unknown = guard.verify_by("rubbish", const { &Tried::RULE }).await.unwrap();
    assert!(!unknown.is_authenticated());
    assert_eq!(guard.reported_refusals(), 3);
}

#[test]
fn table_and_lock_show_a_policy_that_is_tried_out_as_open() {
    let table =
        Router::<()>::new().route("/orders", get(orders)).route("/shared", get(shared)).access_table();
    let policies: Vec<_> = table.rows().iter().map(|row| row.policy.as_str()).collect();
    assert_eq!(
        policies,
        [
            r#"requires(scope = "orders:read", enforcement = "report_only")"#,
            r#"requires(policy = Tried, role = "clerk", enforcement = "report_only")"#
        ]
    );
    assert_eq!(table.rows()[0].rule().unwrap().enforcement(), Enforcement::ReportOnly);
    let lock = AccessLock::of(&table);
    assert!(lock.routes().all(|route| route.is_open));
    let before: AccessLock = lock.to_string().replace(", enforcement = \"report_only\"", "").parse().unwrap();
    let kinds: Vec<_> = before.changes_to(&lock).iter().map(|change| change.kind).collect();
    assert_eq!(kinds, [ChangeKind::Widened; 2]);
    let kinds: Vec<_> = lock.changes_to(&before).iter().map(|change| change.kind).collect();
    assert_eq!(kinds, [ChangeKind::Narrowed; 2]);
}

#[test]
fn the_log_names_open_handlers_once_when_a_router_is_complete() {
    let events = capture();
    drop(app().into_axum());
    let logged = events.only();
    assert_eq!(logged.level, Level::WARN);
    let message = logged.field("message").unwrap();
    assert!(
        message.starts_with("these policies are report-only, so that their handlers are open"),
        "{message}"
    );
    assert_eq!(message.lines().count(), 7, "{message}");
    assert!(message.contains("report_only.rs") && message.contains("GET /orders: `requires("), "{message}");
    assert!(!message.contains("/enforced"), "{message}");
}
