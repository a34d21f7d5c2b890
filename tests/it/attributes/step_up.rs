//! Step-up (RFC 9470): how recent and how strong a login must be, over HTTP.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use axum::response::Response;
use jwt_guard::login::LoginError;
use jwt_guard::policy::{Policy, Requirement, Rule};
use jwt_guard::routing::{get, post};
use jwt_guard::session::{NewSession, Sessions};
use jwt_guard::setup::{Clock, TokenCache};
use jwt_guard::store::MemoryStore;
use jwt_guard::{Algorithm, JwtGuard, Principal, Router, Secret, anonymous_allowed, requires};
use jwt_guard_tests::events::capture;
use jwt_guard_tests::{
    AUDIENCE, ManualClock, NOW, Outcome, Payload, Request, Server, SigningKey, guard, token,
};
use tower_sessions_memory_store::MemoryStore as SessionStore;

use crate::login::Pair;

mod levels {
    pub(super) const SILVER: &str = "urn:example:silver";
}

#[requires(max_age = "10m")]
async fn transfer() -> &'static str {
    "transferred"
}

#[requires(acr = ["urn:example:gold", levels::SILVER])]
async fn account() -> &'static str {
    "account"
}

#[requires(scope = "pay", acr = "urn:example:gold", max_age = "10m")]
async fn pay() -> &'static str {
    "paid"
}

#[requires(any(max_age = "10m", role = "support"))]
async fn either() -> &'static str {
    "either"
}

#[requires(max_age = "10m", deny_as = "not_found")]
async fn vault() -> &'static str {
    "vault"
}

#[requires(max_age = "10m", redirect = "/login")]
async fn page() -> &'static str {
    "page"
}

struct Recent;

impl Policy for Recent {
    const RULE: Rule =
        Rule::authenticated().with_requirement(Requirement::MaxAge(Duration::from_secs(10 * 60)));
}

#[requires(policy = Recent)]
async fn shared() -> &'static str {
    "shared"
}

fn app() -> Router {
    Router::new()
        .route("/transfer", get(transfer))
        .route("/account", get(account))
        .route("/pay", get(pay))
        .route("/either", get(either))
        .route("/vault", get(vault))
        .route("/page", get(page))
        .route("/shared", get(shared))
}

async fn serve(clock: &ManualClock) -> Server {
    let guard = guard(Algorithm::Hs256).clock(clock.clone()).build().unwrap();
    Server::start(app().with_guard(guard).into_axum()).await
}

/// A token of a login at this second.
/// A token of this login, issued by it or a minute ago.
fn at(auth_time: u64, more: &[(&str, &str)]) -> String {
    let issued_at = auth_time.max(NOW - 60).to_string();
    let login = [("auth_time", auth_time.to_string()), ("iat", issued_at)];
    let login: Vec<_> = login.iter().map(|(name, value)| (*name, value.as_str())).collect();
    token(&[&*login, more].concat())
}

async fn status(server: &Server, path: &str, token: &str) -> u16 {
    server.get(path, token).await.status.as_u16()
}

async fn challenge(server: &Server, request: Request) -> String {
    let answer = server.send(request).await;
    assert_eq!(answer.status, 401);
    answer.header("www-authenticate").unwrap().to_owned()
}

#[tokio::test]
async fn one_token_is_too_old_from_the_moment_at_which_its_login_is() {
    let clock = ManualClock::new();
    let server = serve(&clock).await;
    // Each time but the first from the memory of verified tokens.
    let token = at(NOW - 300, &[]);
    for path in ["/transfer", "/shared", "/either", "/page"] {
        assert_eq!(status(&server, path, &token).await, 200, "{path}");
    }
    // Ten minutes and the leeway of 30 seconds after the login.
    clock.advance(Duration::from_secs(330));
    assert_eq!(status(&server, "/transfer", &token).await, 200);
    clock.advance(Duration::from_millis(1));
    for path in ["/transfer", "/shared", "/either"] {
        assert_eq!(status(&server, path, &token).await, 401, "{path}");
    }
    // The token itself is good for something else.
    assert_eq!(status(&server, "/account", &at(1, &[("acr", "\"urn:example:gold\"")])).await, 200);
    assert_eq!(status(&server, "/either", &at(1, &[("roles", "\"support\"")])).await, 200);
    let new = at(NOW + 330, &[]);
    assert_eq!(status(&server, "/transfer", &new).await, 200);
}

#[tokio::test]
async fn an_auth_time_that_is_absent_malformed_or_ahead_of_the_clock_is_not_recent() {
    let server = serve(&ManualClock::new()).await;
    for value in ["", "null", "\"1800000000\"", "true", "[1800000000]", "{}", "-1", "1e300", "1800000031"] {
        let token = token(&[("auth_time", value), ("iat", "1800000000")]);
        for _ in 0..2 {
            assert_eq!(status(&server, "/transfer", &token).await, 401, "{value}");
            assert_eq!(status(&server, "/vault", &token).await, 404, "{value}");
        }
    }
    for value in ["1800000030", "1799999999.5", "1.8e9"] {
        let token = token(&[("auth_time", value), ("iat", "1800000000")]);
        assert_eq!(status(&server, "/transfer", &token).await, 200, "{value}");
    }
}

#[tokio::test]
async fn one_of_several_values_of_acr_is_enough_and_nothing_like_them_is() {
    let server = serve(&ManualClock::new()).await;
    for (acr, answer) in [
        ("\"urn:example:gold\"", 200),
        ("\"urn:example:silver\"", 200),
        ("\"urn:example:bronze\"", 401),
        ("\"URN:example:gold\"", 401),
        ("\"urn:example:gold urn:example:silver\"", 401),
        ("[\"urn:example:gold\"]", 401),
        ("\"\"", 401),
        ("2", 401),
        ("", 401),
    ] {
        for _ in 0..2 {
            assert_eq!(status(&server, "/account", &token(&[("acr", acr)])).await, answer, "{acr}");
        }
    }
}

#[tokio::test]
async fn a_challenge_names_the_login_that_helps_and_the_scope_if_it_is_missing() {
    const ERROR: &str = r#"Bearer realm="api", error="insufficient_user_authentication""#;
    const GOLD: &str = r#"acr_values="urn:example:gold", max_age="600""#;
    let server = serve(&ManualClock::new()).await;
    let get = |path: &str, token: &str| Request::get(path).bearer(token);
    let (old, new) = (at(1, &[]), at(NOW, &[]));
    assert_eq!(challenge(&server, get("/transfer", &old)).await, format!(r#"{ERROR}, max_age="600""#));
    assert_eq!(
        challenge(&server, get("/account", &new)).await,
        format!(r#"{ERROR}, acr_values="urn:example:gold urn:example:silver""#)
    );
    // What the login has already is named too: another one must have it as well.
    let gold = [("scope", "\"pay\""), ("acr", "\"urn:example:gold\"")];
    assert_eq!(challenge(&server, get("/pay", &at(1, &gold))).await, format!("{ERROR}, {GOLD}"));
    assert_eq!(challenge(&server, get("/pay", &old)).await, format!(r#"{ERROR}, scope="pay", {GOLD}"#));
    // The login is good, and the scope alone is missing.
    let answer = server.get("/pay", &at(NOW, &gold[1..])).await;
    answer.is(Outcome::lacks_scope(r#"Bearer realm="api", error="insufficient_scope", scope="pay""#));
    assert_eq!(status(&server, "/pay", &at(NOW, &gold)).await, 200);
    // A caller without a token is told at once, and without an error code (RFC 6750 section 3.1).
    let anonymous = challenge(&server, Request::get("/pay")).await;
    assert_eq!(anonymous, format!(r#"Bearer realm="api", scope="pay", {GOLD}"#));
    assert_eq!(challenge(&server, Request::get("/either")).await, r#"Bearer realm="api""#);
    // A bad token is what is wrong first.
    let expired = at(1, &[("exp", "1799999000")]);
    let bad = challenge(&server, get("/pay", &expired)).await;
    assert_eq!(bad, r#"Bearer realm="api", error="invalid_token""#);
    // A browser goes to the login.
    let answer = server.send(get("/page", &old).header("accept", "text/html")).await;
    assert_eq!(
        (answer.status.as_u16(), answer.header("location")),
        (303, Some("/login?next=/page&max_age=600"))
    );
}

#[tokio::test]
async fn the_log_says_how_old_the_login_is() {
    let server = serve(&ManualClock::new()).await;
    for (token, path, expected, found) in [
        (
            at(NOW - 1_500, &[]),
            "/transfer",
            r#"max_age = "10m""#,
            "claim `auth_time`: 2027-01-15T07:35:00Z: 25 min ago",
        ),
        (
            token(&[("auth_time", &(NOW + 3_600).to_string())]),
            "/transfer",
            r#"max_age = "10m""#,
            "claim `auth_time`: 2027-01-15T09:00:00Z: in 1 h",
        ),
        (token(&[]), "/transfer", r#"max_age = "10m""#, "claim `auth_time`: absent"),
        (
            token(&[("auth_time", "\"x\"")]),
            "/transfer",
            r#"max_age = "10m""#,
            "claim `auth_time`: another string, which is not a date",
        ),
        (
            at(NOW, &[("scope", "\"pay\""), ("acr", "\"secret\"")]),
            "/pay",
            r#"acr = "urn:example:gold""#,
            "claim `acr`: another string",
        ),
    ] {
        let events = capture();
        assert_eq!(status(&server, path, &token).await, 401);
        let logged = events.only();
        assert_eq!(logged.field("code"), Some("login_insufficient"), "{logged:?}");
        assert_eq!((logged.field("expected"), logged.field("found")), (Some(expected), Some(found)));
        assert!(!format!("{logged:?}").contains("secret"), "{logged:?}");
    }
}

/// A clock that fails from its second reading on, by a panic or by a date before 1970.
#[derive(Clone, Debug)]
struct Failing {
    reads: Arc<AtomicU64>,
    panics: bool,
}

impl Clock for Failing {
    fn now(&self) -> SystemTime {
        match (self.reads.fetch_add(1, Ordering::SeqCst), self.panics) {
            (0, _) => SystemTime::UNIX_EPOCH + Duration::from_secs(NOW),
            (_, false) => SystemTime::UNIX_EPOCH - Duration::from_secs(1),
            (_, true) => panic!("as the test wants"),
        }
    }
}

#[tokio::test]
async fn a_clock_that_fails_at_the_decision_is_500_and_neither_401_nor_an_admission() {
    for panics in [true, false] {
        for path in ["/transfer", "/vault", "/either"] {
            let clock = Failing { reads: Arc::default(), panics };
            let guard = guard(Algorithm::Hs256).clock(clock.clone()).build().unwrap();
            let server = Server::start(app().with_guard(guard.clone()).into_axum()).await;
            let answer = server.get(path, &at(NOW, &[])).await;
            assert_eq!(answer.status, 500, "{path}");
            assert!(clock.reads.load(Ordering::SeqCst) > 1, "the token was good");
            assert_eq!(guard.caught_panics(), u64::from(panics));
        }
    }
}

#[tokio::test]
async fn outside_of_a_request_the_age_counts_at_each_operation() {
    let clock = ManualClock::new();
    let guard = guard(Algorithm::Hs256).clock(clock.clone()).build().unwrap();
    let caller = guard.verify(&at(NOW, &[])).await.unwrap();
    assert!(guard.authorize(&caller, const { &Recent::RULE }).is_ok());
    clock.advance(Duration::from_secs(631));
    let refusal = guard.authorize(&caller, const { &Recent::RULE }).unwrap_err();
    assert_eq!(refusal.code(), Some("insufficient_user_authentication"));
    assert_eq!(refusal.way().max_age(), Some(Duration::from_secs(600)));
}

#[test]
fn the_access_table_shows_conditions_on_the_login() {
    let table = app().access_table();
    let policy = |path: &str| table.rows().iter().find(|row| row.path == path).unwrap().policy.clone();
    assert_eq!(policy("/account"), r#"requires(acr = ["urn:example:gold", "urn:example:silver"])"#);
    assert_eq!(policy("/pay"), r#"requires(scope = "pay", acr = "urn:example:gold", max_age = "10m")"#);
}

#[anonymous_allowed(credentials = "ignored")]
async fn log_in(guard: JwtGuard) -> Result<Response, LoginError> {
    guard.login("ada").acr("urn:example:gold").amr(["pwd", "otp"]).respond().await
}

#[requires(token = "refresh")]
async fn refresh(guard: JwtGuard, caller: Principal) -> Result<Response, LoginError> {
    guard.refresh(&caller).respond().await
}

#[tokio::test]
async fn a_refresh_does_not_make_a_login_younger_and_a_new_login_does() {
    let clock = ManualClock::new();
    let key = jwt_guard::SigningKey::secret(Algorithm::Hs256, Secret::random()).unwrap();
    let guard = JwtGuard::builder()
        .signing_key(key)
        .audience(AUDIENCE)
        .clock(clock.clone())
        .token_store(MemoryStore::new())
        .build()
        .unwrap();
    let app = app().route("/login", post(log_in)).route("/refresh", post(refresh)).with_guard(guard);
    let server = Server::start(app.into_axum()).await;
    let log_in = async || Pair::of(&server.send(Request::new("POST", "/login")).await);
    let first = log_in().await;
    assert_eq!(status(&server, "/transfer", &first.access).await, 200);
    assert_eq!(status(&server, "/account", &first.access).await, 200);
    clock.advance(Duration::from_secs(631));
    let renewed = server.send(Request::new("POST", "/refresh").bearer(&first.refresh)).await;
    for old in [first.access, Pair::of(&renewed).access] {
        assert_eq!(status(&server, "/transfer", &old).await, 401);
        // The strength of the login is that of the login.
        assert_eq!(status(&server, "/account", &old).await, 200);
    }
    assert_eq!(status(&server, "/transfer", &log_in().await.access).await, 200);
}

/// A guard that remembers nothing decides as one that does.
#[tokio::test]
async fn a_guard_without_a_memory_of_tokens_reads_the_age_too() {
    let clock = ManualClock::new();
    let guard = JwtGuard::builder()
        .key(SigningKey::of(Algorithm::Es256).verifying())
        .audience(AUDIENCE)
        .clock(clock.clone())
        .token_cache(TokenCache::off())
        .build()
        .unwrap();
    let server = Server::start(app().with_guard(guard).into_axum()).await;
    let payload = Payload::good().with("auth_time", &NOW.to_string()).with("exp", &(NOW + 3_600).to_string());
    let token = SigningKey::of(Algorithm::Es256).token(&payload);
    assert_eq!(status(&server, "/transfer", &token).await, 200);
    clock.advance(Duration::from_secs(631));
    let answer = server.get("/transfer", &token).await;
    let challenge = r#"Bearer realm="api", error="insufficient_user_authentication", max_age="600""#;
    assert_eq!((answer.status.as_u16(), answer.header("www-authenticate")), (401, Some(challenge)));
}

#[requires(max_age = "10m", acr = "urn:example:mfa")]
async fn send() -> &'static str {
    "sent"
}

#[tokio::test]
async fn a_session_steps_up_by_a_new_login_and_not_by_its_use() {
    let clock = ManualClock::new();
    let sessions = Sessions::builder(SessionStore::default()).clock(clock.clone()).build().unwrap();
    let guard = JwtGuard::builder().sessions(sessions.clone()).clock(clock.clone()).build().unwrap();
    let app = Router::new().route("/send", get(send)).with_guard(guard);
    let server = Server::start(app.into_axum()).await;
    let by = async |session: NewSession| {
        let id = sessions.create(session).await.unwrap();
        format!("{}={}", sessions.cookie_name(), id.as_str())
    };
    let status = async |cookie: &str| {
        server.send(Request::get("/send").header("cookie", cookie)).await.status.as_u16()
    };
    let strong = by(NewSession::new("alice").acr("urn:example:mfa")).await;
    assert_eq!(status(&strong).await, 200);
    let weak = by(NewSession::new("alice").payload(serde_json::json!({"acr": "urn:example:mfa"}))).await;
    let refused = server.send(Request::get("/send").header("cookie", &weak)).await;
    let challenge = refused.header("www-authenticate").unwrap();
    assert!(challenge.ends_with(r#"acr_values="urn:example:mfa", max_age="600""#), "{challenge}");
    // A login at an identity provider, an hour ago.
    let hour_ago = clock.now() - Duration::from_secs(3_600);
    let old = by(NewSession::new("alice").acr("urn:example:mfa").auth_time(hour_ago)).await;
    assert_eq!(status(&old).await, 401);
    clock.advance(Duration::from_secs(631));
    assert_eq!(status(&strong).await, 401);
}

/// A clock of another node.
#[derive(Debug)]
struct Ahead(ManualClock, Duration);

impl Clock for Ahead {
    fn now(&self) -> SystemTime {
        self.0.now() + self.1
    }
}

#[tokio::test]
async fn the_login_of_a_session_may_come_from_a_node_whose_clock_is_ahead_but_not_from_the_future() {
    let clock = ManualClock::new();
    let store = SessionStore::default();
    let here = Sessions::builder(store.clone()).clock(clock.clone()).build().unwrap();
    let guard = JwtGuard::builder().sessions(here).clock(clock.clone()).build().unwrap();
    let app = Router::new().route("/send", get(send)).with_guard(guard);
    let server = Server::start(app.into_axum()).await;
    let ahead = Ahead(clock.clone(), Duration::from_secs(2));
    let there = Sessions::builder(store).clock(ahead).build().unwrap();
    let status = async |cookie: &str| {
        server.send(Request::get("/send").header("cookie", cookie)).await.status.as_u16()
    };
    let by = async |session: NewSession| {
        let id = there.create(session.acr("urn:example:mfa")).await.unwrap();
        format!("{}={}", there.cookie_name(), id.as_str())
    };
    assert_eq!(status(&by(NewSession::new("alice")).await).await, 200);
    // An identity provider that is wrong by a day says when the person logged in: no login is later than its session.
    let tomorrow = by(NewSession::new("alice").auth_time(clock.now() + Duration::from_secs(86_400))).await;
    assert_eq!(status(&tomorrow).await, 200);
    clock.advance(Duration::from_secs(633));
    assert_eq!(status(&tomorrow).await, 401);
}

#[tokio::test]
async fn a_login_after_its_token_was_issued_does_not_become_recent_by_waiting() {
    let clock = ManualClock::new();
    let server = serve(&clock).await;
    let token = at(NOW + 600, &[("iat", &NOW.to_string()), ("exp", &(NOW + 3_600).to_string())]);
    assert_eq!(status(&server, "/transfer", &token).await, 401);
    clock.advance(Duration::from_secs(660));
    assert_eq!(status(&server, "/transfer", &token).await, 401);
}
