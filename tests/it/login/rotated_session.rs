//! The id that a session had before a rotation: a logout with it ends the session, and nothing else that it does clears a
//! cookie or ends anything before the grace is over.

use std::time::Duration;

use axum::response::Response;
use jwt_guard::login::{Credential, LoginCredentials, LoginError};
use jwt_guard::session::Sessions;
use jwt_guard::session::{NewSession, SessionId};
use jwt_guard::{JwtGuard, Router, extract::Session, routing};
use jwt_guard_tests::{Answer, ManualClock, Request, Server, events};

use super::{CROSS_SITE, MINUTE, post};

#[jwt_guard::anonymous_allowed(credentials = "ignored", reason = "dead cookies must not stop a logout")]
async fn log_out(guard: JwtGuard, credentials: LoginCredentials) -> Result<Response, LoginError> {
    guard.logout(&credentials).await
}

#[jwt_guard::anonymous_allowed(credentials = "ignored")]
async fn look(credentials: LoginCredentials) -> &'static str {
    match credentials.session() {
        Credential::Good => "good",
        Credential::Dead => "dead",
        Credential::Absent => "absent",
    }
}

#[jwt_guard::authentication_required]
async fn me() {}

#[jwt_guard::authentication_required(redirect = "/login")]
async fn page() {}

#[jwt_guard::anonymous_allowed]
async fn open() {}

#[jwt_guard::anonymous_allowed(expired = "anonymous")]
async fn lenient(_: Option<Session<()>>) {}

/// A session with two ids, each after the other.
struct Rotated {
    server: Server,
    sessions: Sessions,
    clock: ManualClock,
    old: SessionId,
    new: SessionId,
}

impl Rotated {
    async fn new() -> Self {
        let clock = ManualClock::new();
        let store = tower_sessions_memory_store::MemoryStore::default();
        let sessions = Sessions::builder(store).header("x-session").clock(clock.clone()).build().unwrap();
        let guard = JwtGuard::builder().sessions(sessions.clone()).clock(clock.clone()).build().unwrap();
        let app: Router = Router::new()
            .route("/logout", routing::any(log_out))
            .route("/look", routing::post(look))
            .route("/me", routing::get(me))
            .route("/page", routing::get(page))
            .route("/open", routing::get(open))
            .route("/lenient", routing::get(lenient))
            .with_guard(guard);
        let old = sessions.create(NewSession::new("ada")).await.unwrap();
        let new = sessions.rotate(old.as_str()).await.unwrap().unwrap();
        Self { server: Server::start(app).await, sessions, clock, old, new }
    }

    /// Sends a request with the old id in a cookie.
    async fn send(&self, request: Request) -> Answer {
        self.server.send(request.header("cookie", format!("__Host-session={}", self.old.as_str()))).await
    }

    async fn lives(&self) -> bool {
        self.sessions.read(self.new.as_str()).await.unwrap().is_some()
    }
}

fn clears(answer: &Answer) -> bool {
    answer.headers.contains_key("set-cookie")
}

/// Within the grace of ten seconds, and after it.
const LATER: [Duration; 3] = [Duration::ZERO, Duration::from_secs(9), MINUTE.saturating_mul(20)];

#[tokio::test]
async fn a_logout_with_the_id_before_a_rotation_ends_the_session_early_and_late() {
    for later in LATER {
        let rotated = Rotated::new().await;
        rotated.clock.advance(later);
        let answer = rotated.send(post("/logout").header("sec-fetch-site", "same-origin")).await;
        assert_eq!((answer.status.as_u16(), clears(&answer)), (204, true), "{later:?}");
        assert!(!rotated.lives().await, "{later:?}");
        // Nothing is left to end: the id is dead, and asks for no proof.
        let answer = rotated.send(post("/logout")).await;
        assert_eq!((answer.status.as_u16(), clears(&answer)), (204, true), "{later:?}");
    }
}

#[tokio::test]
async fn a_logout_by_a_header_with_the_id_before_a_rotation_ends_the_session() {
    for later in LATER {
        let rotated = Rotated::new().await;
        rotated.clock.advance(later);
        let answer = rotated.server.send(post("/logout").header("x-session", rotated.old.as_str())).await;
        assert_eq!(answer.status, 204, "{later:?}");
        assert!(!rotated.lives().await, "{later:?}");
    }
}

#[tokio::test]
async fn the_use_of_a_replaced_id_is_logged_without_the_id_and_its_subject() {
    let log = events::capture();
    let rotated = Rotated::new().await;
    rotated.clock.advance(MINUTE);
    rotated.send(Request::get("/me")).await;
    rotated.send(post("/logout").header("sec-fetch-site", "same-origin")).await;
    assert!(!rotated.lives().await);
    let shown = format!("{:?}", log.take());
    let words: Vec<_> = shown.split(|letter: char| !letter.is_alphanumeric()).collect();
    assert!(words.contains(&"denied") && !words.contains(&"ada"), "{shown}");
    for id in [&rotated.old, &rotated.new] {
        assert!(!shown.contains(id.as_str()), "{shown}");
    }
}

#[tokio::test]
async fn without_proof_of_its_site_an_id_before_a_rotation_ends_and_clears_nothing() {
    for later in LATER {
        let rotated = Rotated::new().await;
        rotated.clock.advance(later);
        for method in ["POST", "GET", "DELETE"] {
            let request = || Request::new(method, "/logout");
            for request in [
                request(),
                request().header("origin", "https://evil.example"),
                request().header("origin", "null"),
                request().header("sec-fetch-site", "cross-site"),
            ] {
                let answer = rotated.send(request).await;
                answer.is(CROSS_SITE);
                assert!(!clears(&answer), "{method}");
                assert!(rotated.lives().await, "{method} {later:?}");
            }
        }
    }
}

#[tokio::test]
async fn to_look_at_what_a_request_carries_ends_nothing_and_is_not_a_use() {
    for later in LATER {
        let rotated = Rotated::new().await;
        rotated.clock.advance(later);
        assert_eq!(rotated.send(post("/look")).await.body, "good", "{later:?}");
        assert!(rotated.lives().await);
    }
    // The session ends by the use that was before.
    let rotated = Rotated::new().await;
    let living = || post("/look").header("x-session", rotated.new.as_str());
    rotated.clock.advance(20 * MINUTE);
    assert_eq!(rotated.server.send(living()).await.body, "good");
    rotated.clock.advance(11 * MINUTE);
    assert_eq!(rotated.server.send(living()).await.body, "dead");
    assert_eq!(rotated.send(post("/look")).await.body, "dead", "the session of that id has ended");
}

#[tokio::test]
async fn an_id_in_its_grace_clears_no_cookie_whatever_refuses_it() {
    let rotated = Rotated::new().await;
    rotated.clock.advance(Duration::from_secs(9));
    for (path, status) in [("/me", 401), ("/page", 303), ("/open", 401), ("/lenient", 200)] {
        let html = Request::get(path).header("accept", "text/html").header("sec-fetch-mode", "navigate");
        for request in [Request::get(path), html] {
            let answer = rotated.send(request).await;
            assert!(!clears(&answer), "{path}: {answer:?}");
            assert!(answer.status == status || path == "/page" && answer.status == 401, "{path}: {answer:?}");
        }
    }
    assert!(rotated.lives().await);
    // Once the grace is over the id ends the session, and can never be good again.
    rotated.clock.advance(Duration::from_secs(1));
    let answer = rotated.send(Request::get("/me")).await;
    assert_eq!((answer.status.as_u16(), clears(&answer)), (401, true));
    assert!(!rotated.lives().await);
}
