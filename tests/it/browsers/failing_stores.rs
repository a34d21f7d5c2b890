//! A logout whose stores do not answer is 503 and clears nothing: the caller can try again, and then is logged out.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use jwt_guard::Router;
use jwt_guard::cookies::CookieSettings;
use jwt_guard::session::NewSession;
use jwt_guard::session::Sessions;
use jwt_guard_tests::{Answer, Request, Server};
use tower_sessions_core::session::{Id, Record};
use tower_sessions_core::{SessionStore, session_store};
use tower_sessions_memory_store::MemoryStore;

use super::app::routes;
use crate::login::store::Flaky;
use crate::login::{Jar, UNAVAILABLE, builder, post};

/// A store of sessions that fails while a switch is on.
#[derive(Clone, Debug, Default)]
struct Shelf {
    inner: MemoryStore,
    loads_fail: Arc<AtomicBool>,
    changes_fail: Arc<AtomicBool>,
}

fn check(switch: &AtomicBool) -> session_store::Result<()> {
    match switch.load(Ordering::SeqCst) {
        true => Err(session_store::Error::Backend("switched off".to_owned())),
        false => Ok(()),
    }
}

#[async_trait::async_trait]
impl SessionStore for Shelf {
    async fn create(&self, record: &mut Record) -> session_store::Result<()> {
        check(&self.changes_fail)?;
        self.inner.create(record).await
    }

    async fn save(&self, record: &Record) -> session_store::Result<()> {
        check(&self.changes_fail)?;
        self.inner.save(record).await
    }

    async fn load(&self, id: &Id) -> session_store::Result<Option<Record>> {
        check(&self.loads_fail)?;
        self.inner.load(id).await
    }

    async fn delete(&self, id: &Id) -> session_store::Result<()> {
        check(&self.changes_fail)?;
        self.inner.delete(id).await
    }
}

struct Setting {
    server: Server,
    sessions: Sessions,
    tokens: Flaky,
    shelf: Shelf,
}

impl Setting {
    async fn new() -> Self {
        let (tokens, shelf) = (Flaky::default(), Shelf::default());
        let sessions = Sessions::new(shelf.clone());
        let guard = builder().token_store(tokens.clone()).cookies(CookieSettings::new());
        let app: Router = routes().with_guard(guard.sessions(sessions.clone()).build().unwrap());
        Self { server: Server::start(app).await, sessions, tokens, shelf }
    }

    /// One cookie of a new login with the proof that a logout by it needs, and a way to see whether the login lives.
    async fn by(&self, cookie: &str) -> (Request, Request) {
        if cookie == "__Host-session" {
            let id = self.sessions.create(NewSession::new("ada")).await.unwrap();
            let pair = format!("{cookie}={}", id.as_str());
            let logout = post("/logout").header("cookie", &pair).header("sec-fetch-site", "same-origin");
            return (logout, Request::get("/me").header("cookie", pair));
        }
        let jar = Jar::login(&self.server).await;
        let csrf = &jar.0[&cookie.replace("__Host-", "csrf_")];
        let logout = post("/logout").header("cookie", format!("{cookie}={}", jar.0[cookie]));
        (logout.header("x-csrf-token", csrf), Request::get("/me").bearer(&jar.0["__Host-access_token"]))
    }

    fn switches(&self) -> [(&str, &AtomicBool); 4] {
        [
            ("tokens ask", &self.tokens.all_fails),
            ("tokens change", &self.tokens.changes_fail),
            ("sessions ask", &self.shelf.loads_fail),
            ("sessions change", &self.shelf.changes_fail),
        ]
    }
}

#[track_caller]
fn nothing_is_said(answer: &Answer) {
    answer.is(UNAVAILABLE);
    assert!(!answer.headers.contains_key("set-cookie"), "{answer:?}");
    assert_eq!(answer.header("retry-after"), Some("5"));
}

#[tokio::test]
async fn a_logout_whose_store_fails_is_503_clears_nothing_and_works_at_the_next_try() {
    let setting = Setting::new().await;
    for (cookie, needs) in [
        ("__Host-access_token", ["tokens ask", "tokens change"]),
        ("__Host-refresh_token", ["tokens ask", "tokens change"]),
        ("__Host-session", ["sessions ask", "sessions change"]),
    ] {
        let (logout, me) = setting.by(cookie).await;
        for (name, switch) in setting.switches().into_iter().filter(|(name, _)| needs.contains(name)) {
            switch.store(true, Ordering::SeqCst);
            let answer = setting.server.send(logout.clone()).await;
            switch.store(false, Ordering::SeqCst);
            nothing_is_said(&answer);
            assert_eq!(setting.server.send(me.clone()).await.status, 200, "{cookie}: {name}");
        }
        let answer = setting.server.send(logout).await;
        assert_eq!(
            (answer.status.as_u16(), answer.headers.contains_key("set-cookie")),
            (204, true),
            "{cookie}"
        );
        assert_eq!(setting.server.send(me).await.status, 401, "{cookie}");
    }
}

#[tokio::test]
async fn a_dead_cookie_beside_one_whose_store_fails_clears_nothing() {
    let setting = Setting::new().await;
    for (dead, cookie) in [
        ("__Host-refresh_token=a.b.c", "__Host-access_token"),
        ("__Host-access_token=a.b.c", "__Host-refresh_token"),
        ("__Host-access_token=a.b.c", "__Host-session"),
    ] {
        let (logout, _) = setting.by(cookie).await;
        for (_, switch) in setting.switches() {
            switch.store(true, Ordering::SeqCst);
        }
        let answer = setting.server.send(logout.header("cookie", dead)).await;
        for (_, switch) in setting.switches() {
            switch.store(false, Ordering::SeqCst);
        }
        nothing_is_said(&answer);
    }
}
