//! `#[anonymous_allowed(credentials = "ignored")]`: nothing that a request carries stops a login.

use jwt_guard::cookies::CookieSettings;
use jwt_guard::policy::{Policy, Rule};
use jwt_guard::setup::TokenLocation;
use jwt_guard::store::MemoryStore;
use jwt_guard::{
    Claims, JwtGuard, Principal, Router,
    extract::{CurrentUser, Guarded},
    routing,
};
use jwt_guard_tests::{Answer, Outcome, Request, Server};

use crate::login::{ADA, CROSS_SITE, Jar, builder, post};

struct User;

/// Says whether anything knows the caller.
#[jwt_guard::anonymous_allowed(credentials = "ignored", reason = "a login")]
async fn log_in(
    caller: Principal,
    claims: Option<Claims>,
    user: Option<CurrentUser<User>>,
    session: Option<jwt_guard::extract::Session<u32>>,
) -> String {
    let known =
        [caller.is_authenticated(), claims.is_some(), user.is_some(), session.is_some()].contains(&true);
    format!("known: {known}")
}

#[jwt_guard::anonymous_allowed(credentials = "ignored")]
async fn bare() -> &'static str {
    "bare"
}

/// Written by hand, with extractors that need a caller.
struct Ignoring;

impl Policy for Ignoring {
    const RULE: Rule = Rule::anonymous().credentials_ignored();
}

async fn demanding(_: Guarded<Ignoring>, _: Claims) {}

/// Two policies on one handler: the second looks again.
struct Known;

impl Policy for Known {
    const RULE: Rule = Rule::authenticated();
}

async fn twice(_: Guarded<Ignoring>, _: Guarded<Known>, caller: Principal) -> String {
    caller.subject().unwrap_or_default().to_owned()
}

#[jwt_guard::authentication_required]
async fn me(caller: Principal) -> String {
    caller.subject().unwrap_or_default().to_owned()
}

const ANONYMOUS: Outcome<'_> = Outcome::ok("known: false");

fn app() -> Router {
    Router::new()
        .route("/login", routing::any(log_in))
        .route("/bare", routing::post(bare))
        .route("/demanding", routing::post(demanding))
        .route("/twice", routing::post(twice))
        .route("/me", routing::get(me))
}

/// A guard that reads tokens in every place.
fn everywhere() -> JwtGuard {
    builder()
        .token_store(MemoryStore::new())
        .cookies(CookieSettings::new())
        .locations([
            TokenLocation::bearer(),
            TokenLocation::header("x-token"),
            TokenLocation::websocket_protocol("bearer"),
        ])
        .danger()
        .query_parameter("token", "a test")
        .load_user(async |_: Claims| Ok::<_, std::io::Error>(None::<User>))
        .build()
        .unwrap()
}

/// What stopped a login, whatever place it is in.
fn hindrances() -> Vec<Request> {
    let dead = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2ln";
    let long = "a".repeat(9000);
    vec![
        post("/login").bearer(dead),
        post("/login").bearer("a b c"),
        post("/login").bearer(&long),
        post("/login").header("authorization", ""),
        post("/login").header("authorization", "Bearer"),
        post("/login").header("authorization", "\u{e9}"),
        post("/login").bearer(dead).header("authorization", "Basic YTpi"),
        post("/login").header("x-token", dead).bearer(dead),
        post(&format!("/login?token={dead}&token={dead}")),
        post("/login").header("cookie", format!("__Host-access_token={dead}")),
        post("/login").header("cookie", format!("__Host-access_token={dead}; __Host-access_token=b.c.d")),
        post("/login").header("cookie", format!("__Host-session={dead}; __Host-refresh_token=x")),
        post("/login").header("cookie", long),
    ]
}

#[tokio::test]
async fn nothing_that_a_request_carries_stops_a_login() {
    let server = Server::start(app().with_guard(everywhere()).into_axum()).await;
    for request in hindrances() {
        server.send(request.clone()).await.is(ANONYMOUS);
    }
    let handshake = Request::websocket("/login").header("sec-websocket-protocol", "bearer, a, bearer, b");
    assert_eq!(server.open(handshake).await.0.status, 200);
}

#[tokio::test]
async fn a_good_token_makes_no_caller_known_and_needs_no_csrf_value() {
    let guard = everywhere();
    let jar = Jar::login(&crate::login::serve(guard.clone()).await).await;
    let server = Server::start(app().with_guard(guard.clone()).into_axum()).await;
    jar.send(&server, post("/login")).await.is(ANONYMOUS);
    jar.send(&server, post("/bare")).await.is(Outcome::ok("bare"));
    let token = guard.issuer().unwrap().access("ada").sign().unwrap();
    server.send(post("/login").bearer(token.as_str())).await.is(ANONYMOUS);
}

#[tokio::test]
async fn a_caller_whom_an_outer_layer_verified_is_not_known() {
    let guard = builder().build().unwrap();
    let other = builder().build().unwrap();
    let token = guard.issuer().unwrap().access("ada").sign().unwrap();
    for app in [
        app().with_guard(guard.clone()).into_axum().layer(guard.require_authentication()),
        app().with_guard(guard.clone()).into_axum().layer(other.require_authentication()),
        app().into_axum().layer(guard.require_authentication()),
    ] {
        let server = Server::start(app).await;
        server.send(post("/login").bearer(token.as_str())).await.is(ANONYMOUS);
        // The layer still asks.
        server.send(post("/login")).await.is(Outcome::NO_TOKEN);
    }
}

#[tokio::test]
async fn an_extractor_that_needs_a_caller_finds_none() {
    let guard = builder().build().unwrap();
    let token = guard.issuer().unwrap().access("ada").sign().unwrap();
    let server = Server::start(app().with_guard(guard).into_axum()).await;
    server.send(post("/demanding").bearer(token.as_str())).await.is(Outcome::NO_TOKEN);
}

#[tokio::test]
async fn another_policy_on_the_same_handler_looks_for_itself() {
    let guard = builder().build().unwrap();
    let token = guard.issuer().unwrap().access("ada").sign().unwrap();
    let server = Server::start(app().with_guard(guard).into_axum()).await;
    server.send(post("/twice").bearer(token.as_str())).await.is(ADA);
    server.send(post("/twice").bearer("a.b.c")).await.is(Outcome::BAD_TOKEN);
    server.send(post("/twice")).await.is(Outcome::NO_TOKEN);
}

#[tokio::test]
async fn a_page_of_another_site_does_not_log_a_user_in_where_the_guard_reads_cookies() {
    let cookies = || builder().cookies(CookieSettings::new()).trusted_origin("https://app.example");
    let by_location =
        builder().locations([TokenLocation::cookie("token")]).trusted_origin("https://app.example");
    let sessions = jwt_guard::session::Sessions::builder(tower_sessions_memory_store::MemoryStore::default());
    let sessions =
        builder().sessions(sessions.build().unwrap()).trusted_origin("https://app.example").build().unwrap();
    for guard in [cookies().build().unwrap(), by_location.build().unwrap(), sessions] {
        let server = Server::start(app().with_guard(guard).into_axum()).await;
        for method in ["POST", "PUT", "PATCH", "DELETE", "PROPFIND"] {
            let request = || Request::new(method, "/login");
            for (origin, site, good) in [
                (None, None, true),
                (Some("http://localhost"), None, true),
                (None, Some("same-origin"), true),
                (None, Some("none"), true),
                (Some("http://localhost"), Some("same-origin"), true),
                (Some("https://app.example"), Some("cross-site"), true),
                (Some("https://evil.example"), None, false),
                (Some("https://evil.example"), Some("same-origin"), false),
                (Some("null"), None, false),
                (Some(""), None, false),
                (Some("http://localhost:81"), None, false),
                (Some("http://localhost"), Some("cross-site"), false),
                (None, Some("cross-site"), false),
                (None, Some("same-site"), false),
            ] {
                let request =
                    origin.iter().fold(request(), |request, origin| request.header("origin", origin));
                let request =
                    site.iter().fold(request, |request, site| request.header("sec-fetch-site", site));
                let answer: Answer = server.send(request).await;
                if good {
                    answer.is(ANONYMOUS);
                } else {
                    answer.is(CROSS_SITE);
                }
            }
        }
        // A link from another site leads to the page with the form.
        let link = Request::get("/login").header("sec-fetch-site", "cross-site");
        server.send(link).await.is(ANONYMOUS);
    }
}

#[tokio::test]
async fn a_guard_that_reads_headers_only_lets_every_page_log_in() {
    let server = Server::start(app().with_guard(builder().build().unwrap()).into_axum()).await;
    let request =
        post("/login").header("origin", "https://app.example").header("sec-fetch-site", "cross-site");
    server.send(request).await.is(ANONYMOUS);
}

#[tokio::test]
async fn a_login_needs_a_guard_like_any_other_handler() {
    let server = Server::start(app().into_axum()).await;
    assert_eq!(server.send(post("/login")).await.status, 500);
}

#[test]
fn the_access_table_says_that_nothing_is_looked_at() {
    let table = app().access_table();
    let row = table.rows().iter().find(|row| row.path == "/login").unwrap();
    assert_eq!(row.policy, "anonymous_allowed(credentials = \"ignored\")");
    assert_eq!(row.reason.as_deref(), Some("a login"));
}
