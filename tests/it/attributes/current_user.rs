//! The application's own user: found, unknown, not to be had, and looked up once.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use jwt_guard::policy::{Policy, Requirement, Rule};
use jwt_guard::{
    Algorithm, Claims, JwtGuard, Principal, Router,
    extract::{CurrentUser, Guarded},
    routing,
};
use jwt_guard_tests::{Outcome, Request, Server, events, guard, hs256, token};

/// What the client learns while users cannot be loaded.
const UNAVAILABLE: Outcome<'_> = Outcome {
    status: 503,
    challenge: None,
    body: r#"{"title":"Service Unavailable","status":503,"detail":"authentication is not available at the moment"}"#,
};

#[tokio::test]
async fn a_found_user_reaches_the_handler() {
    let (server, _) = serve().await;
    server.get("/me", &token(&[])).await.is(Outcome::ok("Alice"));
    server.get("/maybe", &token(&[])).await.is(Outcome::ok("Alice"));
}

#[tokio::test]
async fn an_unknown_user_is_refused_with_invalid_token_whatever_the_handler_takes() {
    let (server, _) = serve().await;
    let events = events::capture();
    let unknown = token(&[("sub", "\"mallory\"")]);
    for target in ["/me", "/maybe", "/name", "/open", "/clerks", "/soft"] {
        server.get(target, &unknown).await.is(Outcome::BAD_TOKEN);
        let reason = "the user loader found no user for this token";
        assert_eq!(events.only().field("reason"), Some(reason), "{target}");
    }
}

#[tokio::test]
async fn a_failing_loader_is_not_a_verdict_and_its_causes_are_logged() {
    let (server, _) = serve().await;
    let events = events::capture();
    for target in ["/me", "/maybe", "/name", "/open", "/clerks", "/soft"] {
        let answer = server.get(target, &token(&[("sub", "\"outage\"")])).await;
        answer.is(UNAVAILABLE);
        assert_eq!(answer.header("retry-after"), Some("5"));
        let event = events.only();
        assert_eq!(event.level, tracing::Level::ERROR);
        let reason = "the loader of users failed: no answer: connection refused";
        assert_eq!(event.field("reason"), Some(reason));
    }
}

#[tokio::test]
async fn a_panicking_loader_is_an_internal_error_and_the_guard_lives_on() {
    let (guard, _) = loading();
    let server = Server::start(routes().with_guard(guard.clone()).into_axum()).await;
    for subject in ["\"panic\"", "\"panic at once\""] {
        server.get("/me", &token(&[("sub", subject)])).await.is(Outcome::SERVER_ERROR);
    }
    assert_eq!(guard.caught_panics(), 2);
    server.get("/me", &token(&[])).await.is(Outcome::ok("Alice"));
}

#[tokio::test]
async fn the_user_is_loaded_once_per_request_however_many_extractors_ask() {
    let (guard, loads) = loading();
    let app = routes().layer(guard.require_authentication()).with_guard(guard);
    let server = Server::start(app.into_axum()).await;
    for requests in 1..=3 {
        server.get("/all", &token(&[])).await.is(Outcome::ok("Alice Alice Alice alice alice"));
        assert_eq!(loads.load(Ordering::SeqCst), requests);
    }
}

#[tokio::test]
async fn no_user_is_looked_up_without_a_good_token() {
    let (server, loads) = serve().await;
    server.send(Request::get("/me")).await.is(Outcome::NO_TOKEN);
    server.send(Request::get("/maybe")).await.is(Outcome::ok("anonymous"));
    server.send(Request::get("/open")).await.is(Outcome::NO_TOKEN);
    server.get("/me", "a.b.c").await.is(Outcome::BAD_TOKEN);
    server.get("/maybe", "a.b.c").await.is(Outcome::BAD_TOKEN);
    let expired = token(&[("iat", "1799990000"), ("exp", "1799999000")]);
    server.get("/maybe", &expired).await.is(Outcome::BAD_TOKEN);
    server.get("/soft", &expired).await.is(Outcome::ok("anonymous"));
    assert_eq!(loads.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_revoked_token_is_not_looked_up() {
    let loads = Arc::new(AtomicUsize::new(0));
    let guard = guard(Algorithm::Hs256)
        .revocation(|facts: &jwt_guard::store::TokenInfo<'_>| facts.id == Some("gone"))
        .load_user(counting(Arc::clone(&loads)))
        .build()
        .unwrap();
    let server = Server::start(routes().with_guard(guard).into_axum()).await;
    server.get("/me", &token(&[("jti", "\"gone\"")])).await.is(Outcome::BAD_TOKEN);
    assert_eq!(loads.load(Ordering::SeqCst), 0);
    server.get("/me", &token(&[("jti", "\"here\"")])).await.is(Outcome::ok("Alice"));
    assert_eq!(loads.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn the_user_is_loaded_before_the_policy_decides() {
    let (server, loads) = serve().await;
    server.get("/clerks", &token(&[])).await.is(Outcome::FORBIDDEN);
    assert_eq!(loads.load(Ordering::SeqCst), 1);
    server.get("/clerks", &token(&[("roles", "[\"clerk\"]")])).await.is(Outcome::ok("Alice"));
}

#[tokio::test]
async fn another_type_than_the_loader_makes_is_a_server_error_that_names_both() {
    let (server, _) = serve().await;
    let events = events::capture();
    for target in ["/other", "/maybe-other"] {
        server.get(target, &token(&[])).await.is(Outcome::SERVER_ERROR);
        let logged = events.take();
        let denied = logged.iter().find(|event| event.level == tracing::Level::ERROR).unwrap();
        let reason = denied.field("reason").unwrap();
        assert!(reason.contains("::Other`") && reason.contains("::User`"), "{reason}");
    }
    server.send(Request::get("/maybe-other")).await.is(Outcome::ok("anonymous"));
}

#[tokio::test]
async fn a_guard_without_a_loader_says_which_line_is_missing() {
    let server = Server::start(routes().with_guard(hs256()).into_axum()).await;
    let events = events::capture();
    server.get("/me", &token(&[])).await.is(Outcome::SERVER_ERROR);
    let logged = events.take();
    let denied = logged.iter().find(|event| event.level == tracing::Level::ERROR).unwrap();
    assert!(denied.field("reason").unwrap().contains(".load_user(loader)"), "{denied:?}");
    server.get("/name", &token(&[])).await.is(Outcome::ok("alice"));
}

#[tokio::test]
async fn a_loader_reads_claims_of_its_own_type_and_refuses_what_does_not_fit() {
    #[derive(serde::Deserialize)]
    struct Tenant {
        tenant: String,
    }
    let guard = guard(Algorithm::Hs256)
        .load_user(async |claims: Claims<Tenant>| {
            let name = format!("{} of {}", claims.subject(), claims.tenant);
            Ok::<_, Outage>(Some(User { name }))
        })
        .build()
        .unwrap();
    let server = Server::start(routes().with_guard(guard).into_axum()).await;
    server.get("/me", &token(&[("tenant", "\"acme\"")])).await.is(Outcome::ok("alice of acme"));
    let events = events::capture();
    server.get("/me", &token(&[])).await.is(Outcome::FORBIDDEN);
    let logged = events.only();
    assert_eq!(logged.level, tracing::Level::WARN);
    assert!(logged.field("reason").unwrap().contains("::Tenant`"), "{logged:?}");
}

#[tokio::test]
async fn each_of_two_guards_loads_its_own_user() {
    let named = |name: &'static str| {
        guard(Algorithm::Hs256)
            .load_user(move |_: Claims| async move { Ok::<_, Outage>(Some(User { name: name.to_owned() })) })
            .build()
            .unwrap()
    };
    let app = Router::new()
        .nest("/inner", routes().with_guard(named("inner")))
        .merge(routes())
        .layer(named("outer").require_authentication());
    let server = Server::start(app.into_axum()).await;
    server.get("/inner/me", &token(&[])).await.is(Outcome::ok("inner"));
    server.get("/me", &token(&[])).await.is(Outcome::ok("outer"));
}

#[tokio::test]
async fn debug_shows_nothing_of_the_user() {
    let (server, _) = serve().await;
    server.get("/shown", &token(&[])).await.is(Outcome::ok("CurrentUser(..)"));
}

#[derive(Debug)]
struct User {
    name: String,
}

struct Other;

/// A database that does not answer.
#[derive(Debug)]
struct Outage(std::io::Error);

impl fmt::Display for Outage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no answer")
    }
}

impl std::error::Error for Outage {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

type Loaded = std::pin::Pin<Box<dyn Future<Output = Result<Option<User>, Outage>> + Send>>;

/// Knows Alice, and counts how often it is asked.
fn counting(loads: Arc<AtomicUsize>) -> impl Fn(Claims) -> Loaded + Send + Sync + 'static {
    move |claims| {
        loads.fetch_add(1, Ordering::SeqCst);
        assert!(claims.subject() != "panic at once", "on purpose");
        Box::pin(async move {
            tokio::task::yield_now().await;
            match claims.subject() {
                "alice" => Ok(Some(User { name: "Alice".to_owned() })),
                "outage" => Err(Outage(std::io::Error::other("connection refused"))),
                "panic" => panic!("on purpose"),
                _ => Ok(None),
            }
        })
    }
}

fn loading() -> (JwtGuard, Arc<AtomicUsize>) {
    let loads = Arc::new(AtomicUsize::new(0));
    let guard = guard(Algorithm::Hs256).load_user(counting(Arc::clone(&loads))).build().unwrap();
    (guard, loads)
}

async fn serve() -> (Server, Arc<AtomicUsize>) {
    let (guard, loads) = loading();
    (Server::start(routes().with_guard(guard).into_axum()).await, loads)
}

fn routes() -> Router {
    Router::new()
        .route("/me", routing::get(me))
        .route("/maybe", routing::get(maybe))
        .route("/soft", routing::get(soft))
        .route("/name", routing::get(name))
        .route("/open", routing::get(open))
        .route("/clerks", routing::get(clerks))
        .route("/all", routing::get(all))
        .route("/other", routing::get(other))
        .route("/maybe-other", routing::get(maybe_other))
        .route("/shown", routing::get(shown))
}

#[jwt_guard::authentication_required]
async fn me(user: CurrentUser<User>) -> String {
    user.name.clone()
}

#[jwt_guard::anonymous_allowed]
async fn maybe(user: Option<CurrentUser<User>>) -> String {
    user.map_or_else(|| "anonymous".to_owned(), |user| user.name.clone())
}

#[jwt_guard::anonymous_allowed(expired = "anonymous")]
async fn soft(user: Option<CurrentUser<User>>) -> String {
    user.map_or_else(|| "anonymous".to_owned(), |user| user.name.clone())
}

#[jwt_guard::authentication_required]
async fn name(caller: Principal) -> String {
    caller.subject().unwrap_or("anonymous").to_owned()
}

/// A policy that lets anonymous callers in, and an extractor that does not.
struct EveryCaller;

impl Policy for EveryCaller {
    const RULE: Rule = Rule::anonymous();
}

async fn open(_: Guarded<EveryCaller>, user: CurrentUser<User>) -> String {
    user.name.clone()
}

struct Clerk;

impl Policy for Clerk {
    const RULE: Rule = Rule::authenticated().with_requirement(Requirement::Role("clerk"));
}

async fn clerks(_: Guarded<Clerk>, user: CurrentUser<User>) -> String {
    user.name.clone()
}

#[jwt_guard::authentication_required]
async fn all(
    one: CurrentUser<User>,
    two: Option<CurrentUser<User>>,
    three: CurrentUser<User>,
    claims: Claims,
    caller: Principal,
) -> String {
    let (two, three) = (two.unwrap(), three.into_inner());
    let (subject, known) = (claims.subject(), caller.subject().unwrap_or_default());
    format!("{} {} {} {subject} {known}", one.name, two.name, three.name)
}

#[jwt_guard::authentication_required]
async fn other(_user: CurrentUser<Other>) {}

#[jwt_guard::anonymous_allowed]
async fn maybe_other(user: Option<CurrentUser<Other>>) -> &'static str {
    if user.is_some() { "a user" } else { "anonymous" }
}

#[jwt_guard::authentication_required]
async fn shown(user: CurrentUser<User>) -> String {
    format!("{user:?}")
}
