//! `strip_credentials`: what the guard has taken out of a request still counts where the same guard reads it again.

use axum::response::Response;
use jwt_guard::cookies::CookieSettings;
use jwt_guard::extract::{Guarded, PresentedToken};
use jwt_guard::login::LoginError;
use jwt_guard::session::{NewSession, Sessions};
use jwt_guard::setup::{Builder, HasAudience, HasKeys, TokenLocation};
use jwt_guard::store::MemoryStore;
use jwt_guard::{Claims, JwtGuard, Principal, Router, routing};
use jwt_guard_tests::{Answer, ManualClock, Outcome, Request, Server, events};
use tower_sessions_memory_store::MemoryStore as SessionMemory;

use crate::login::{Jar, MINUTE, builder, post};

fn stripping() -> Builder<HasKeys, HasAudience> {
    builder().token_store(MemoryStore::new()).cookies(CookieSettings::new()).strip_credentials()
}

#[jwt_guard::anonymous_allowed(expired = "anonymous")]
async fn lenient(caller: Principal) -> String {
    caller.subject().unwrap_or("anonymous").to_owned()
}

#[jwt_guard::authentication_required(enforcement = "report_only", reason = "a trial")]
async fn tried(_: Principal) {}

#[jwt_guard::authentication_required]
async fn protected(headers: http::HeaderMap) -> String {
    headers.get("cookie").map_or("", |value| value.to_str().unwrap()).to_owned()
}

#[jwt_guard::requires(token = "refresh")]
async fn refresh(guard: JwtGuard, caller: Principal) -> Result<Response, LoginError> {
    guard.refresh(&caller).respond().await
}

#[jwt_guard::authentication_required]
async fn relay(token: PresentedToken) -> String {
    token.expose().to_owned()
}

async fn first_lenient(
    _: Guarded<Lenient>,
    request: axum::extract::Request,
    next: axum::middleware::Next,
) -> Response {
    next.run(request).await
}

struct Lenient;

impl jwt_guard::policy::Policy for Lenient {
    const RULE: jwt_guard::policy::Rule = jwt_guard::policy::Rule::anonymous().expired_is_anonymous();
}

struct Unseen;

impl jwt_guard::policy::Policy for Unseen {
    const RULE: jwt_guard::policy::Rule = jwt_guard::policy::Rule::anonymous().credentials_ignored();
}

async fn first_unseen(
    _: Guarded<Unseen>,
    request: axum::extract::Request,
    next: axum::middleware::Next,
) -> Response {
    next.run(request).await
}

async fn serve(guard: JwtGuard) -> Server {
    let bare = axum::Router::new()
        .route("/claims", axum::routing::get(async |_: Claims| ()))
        .route("/maybe", axum::routing::get(async |_: Option<Claims>| ()));
    let inner = || Router::new().route("/protected", routing::get(protected));
    let refreshes = || Router::new().route("/refresh", routing::get(refresh).post(refresh));
    let layer = guard.require_authentication();
    let app = Router::new()
        .route("/tried", routing::get(tried))
        .route("/lenient", routing::get(lenient))
        .nest("/below", refreshes().layer(layer))
        .nest("/lenient", inner().layer(axum::middleware::from_fn(first_lenient)))
        .nest("/unseen", inner().merge(refreshes()).layer(axum::middleware::from_fn(first_unseen)))
        .unguarded("extractors", bare)
        .with_guard(guard);
    Server::start(app).await
}

fn clears(answer: &Answer, name: &str) -> bool {
    let lines = answer.headers.get_all("set-cookie").iter().map(|line| line.to_str().unwrap());
    lines.filter(|line| line.starts_with(&format!("{name}=;"))).count() == 1
}

fn issued(guard: &JwtGuard) -> String {
    guard.issuer().unwrap().access("ada").sign().unwrap().as_str().to_owned()
}

#[tokio::test]
async fn a_refusal_clears_the_dead_cookie_that_was_taken_out_before_and_the_log_knows_its_token() {
    let clock = ManualClock::new();
    let guard = stripping().clock(clock.clone()).build().unwrap();
    let cookie = format!("__Host-access_token={}", issued(&guard));
    let server = serve(guard).await;
    clock.advance(MINUTE * 16);
    for target in ["/claims", "/maybe", "/tried", "/lenient/protected", "/unseen/protected"] {
        let log = events::capture();
        let answer = server.send(Request::get(target).header("cookie", &cookie)).await;
        assert_eq!(answer.status, 401, "{target}");
        assert!(clears(&answer, "__Host-access_token"), "{target}: {answer:?}");
        let denied = log.take().into_iter().find(|event| event.field("message") == Some("denied")).unwrap();
        assert_eq!(denied.field("code"), Some("expired"), "{target}");
        for name in ["iss", "exp", "token", "found"] {
            assert!(denied.field(name).is_some(), "{target}: {name} of {denied:?}");
        }
    }
}

#[tokio::test]
async fn a_refusal_clears_the_dead_session_that_was_taken_out_before() {
    let sessions = Sessions::builder(SessionMemory::default()).build().unwrap();
    let server = serve(stripping().sessions(sessions.clone()).build().unwrap()).await;
    let id = sessions.create(NewSession::new("ada")).await.unwrap();
    sessions.delete(id.as_str()).await.unwrap();
    let cookie = format!("__Host-session={}", id.as_str());
    for target in ["/claims", "/maybe", "/tried", "/unseen/protected"] {
        let answer = server.send(Request::get(target).header("cookie", &cookie)).await;
        assert_eq!(answer.status, 401, "{target}");
        assert!(clears(&answer, "__Host-session"), "{target}: {answer:?}");
    }
}

#[tokio::test]
async fn the_same_guard_finds_the_caller_below_a_policy_that_ignores_credentials() {
    let guard = stripping().build().unwrap();
    let token = issued(&guard);
    let server = serve(guard).await;
    let cookie = format!("a=1; __Host-access_token={token}");
    let answer = server.send(Request::get("/unseen/protected").header("cookie", cookie)).await;
    answer.is(Outcome::ok("a=1"));
}

async fn logged_in(guard: &JwtGuard) -> Jar {
    let mut jar = Jar::default();
    jar.keep(&Answer::read(guard.login("ada").cookies().respond().await.unwrap()).await);
    jar
}

#[tokio::test]
async fn a_refresh_below_a_layer_of_the_same_guard_finds_its_token() {
    let guard = stripping().build().unwrap();
    let (one, two) = (logged_in(&guard).await, logged_in(&guard).await);
    let server = serve(guard).await;
    assert_eq!(server.send(one.on(Request::get("/below/refresh"))).await.status, 204);
    // The second decision checks what the page repeats, as the first one would.
    let post = || two.on(post("/unseen/refresh"));
    assert_eq!(server.send(post()).await.status, 403);
    assert_eq!(server.send(post().header("x-csrf-token", two.csrf())).await.status, 403);
    let repeated = post().header("x-csrf-token", &two.0["csrf_refresh_token"]);
    assert_eq!(server.send(repeated).await.status, 204);
}

#[tokio::test]
async fn another_guard_finds_nothing_of_what_an_outer_one_has_taken_out_however_often_it_decides() {
    let outer = stripping().build().unwrap();
    let jar = logged_in(&outer).await;
    // Of the same keys, so that it would admit them.
    let inner = stripping().build().unwrap();
    let below = Router::new()
        .route("/protected", routing::get(protected))
        .route("/refresh", routing::get(refresh))
        .layer(axum::middleware::from_fn(first_lenient))
        .with_guard(inner);
    let app: Router = Router::new().nest("/below", below).layer(outer.require_authentication());
    let server = Server::start(app.into_axum()).await;
    for target in ["/below/protected", "/below/refresh"] {
        let answer = server.send(jar.on(Request::get(target))).await;
        assert_eq!(answer.status, 401, "{target}");
        let cleared = ["__Host-access_token", "__Host-refresh_token"].map(|name| clears(&answer, name));
        assert_eq!(cleared, [false, false], "{target}");
    }
}

#[tokio::test]
async fn the_presented_token_is_that_of_the_guard_that_verified_the_caller() {
    let outer = stripping().build().unwrap();
    let jar = logged_in(&outer).await;
    let places = [TokenLocation::cookie("__Host-access_token"), TokenLocation::header("X-Token")];
    let inner = builder().locations(places).prefer_first().strip_credentials().build().unwrap();
    let token = issued(&inner);
    let below = Router::new().route("/relay", routing::get(relay)).with_guard(inner);
    let app: Router = Router::new().nest("/below", below).layer(outer.require_authentication());
    let server = Server::start(app.into_axum()).await;
    let request = jar.on(Request::get("/below/relay")).header("x-token", &token);
    server.send(request).await.is(Outcome::ok(&token));
}
