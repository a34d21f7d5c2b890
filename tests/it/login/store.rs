//! A store that does not answer is 503: no verdict, nothing cleared, no admission.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use axum::response::IntoResponse as _;
use jwt_guard::cookies::CookieSettings;
use jwt_guard::login::LoginErrorKind;
use jwt_guard::store::{
    Begun, Family, Issued, Lookup, MemoryStore, RefreshStatus, Revocation, RevocationStore, Rotated,
    Rotation, StoreError, StoreFuture, TokenInfo, TokenStore,
};
use jwt_guard_tests::{Answer, Outcome, Request, events};

use super::{ADA, Jar, Pair, UNAVAILABLE, builder, login, post, serve};

/// A store in memory whose changes, or all answers, fail while a switch is on.
#[derive(Clone, Debug, Default)]
pub(crate) struct Flaky {
    inner: MemoryStore,
    pub(crate) changes_fail: Arc<AtomicBool>,
    pub(crate) all_fails: Arc<AtomicBool>,
    changes_panic: Arc<AtomicBool>,
}

impl Flaky {
    fn change<'a, T: Send + 'a>(
        &'a self,
        change: impl FnOnce(&'a MemoryStore) -> StoreFuture<'a, T>,
    ) -> StoreFuture<'a, T> {
        if self.changes_fail.load(Ordering::SeqCst) {
            return Box::pin(async { Err(StoreError::new("switched off")) });
        }
        assert!(!self.changes_panic.load(Ordering::SeqCst), "the shelf broke");
        change(&self.inner)
    }
}

impl RevocationStore for Flaky {
    fn token_status(&self, token: &TokenInfo<'_>, now: SystemTime) -> Lookup<'_> {
        if self.all_fails.load(Ordering::SeqCst) {
            return Lookup::Known(Err(StoreError::new("switched off")));
        }
        self.inner.token_status(token, now)
    }
}

impl TokenStore for Flaky {
    fn revoke(&self, what: Revocation, now: SystemTime) -> StoreFuture<'_, ()> {
        self.change(|inner| inner.revoke(what, now))
    }

    fn login_mark(&self, now: SystemTime) -> StoreFuture<'_, String> {
        self.inner.login_mark(now)
    }

    fn refresh_status(
        &self,
        family: &str,
        id: &str,
        grace: Duration,
        now: SystemTime,
    ) -> Lookup<'_, RefreshStatus> {
        if self.all_fails.load(Ordering::SeqCst) {
            return Lookup::Known(Err(StoreError::new("switched off")));
        }
        self.inner.refresh_status(family, id, grace, now)
    }

    fn begin(&self, family: Family, now: SystemTime) -> StoreFuture<'_, Begun> {
        self.change(|inner| inner.begin(family, now))
    }

    fn rotate(&self, rotation: Rotation, now: SystemTime) -> StoreFuture<'_, Rotated> {
        self.change(|inner| inner.rotate(rotation, now))
    }

    fn allow(&self, token: Issued, now: SystemTime) -> StoreFuture<'_, ()> {
        self.change(|inner| inner.allow(token, now))
    }

    fn is_allowed(&self, id: &str, now: SystemTime) -> Lookup<'_> {
        self.inner.is_allowed(id, now)
    }
}

#[tokio::test]
async fn while_the_store_cannot_write_nothing_is_issued_or_cleared() {
    let store = Flaky::default();
    let guard = builder().token_store(store.clone()).cookies(CookieSettings::new()).build().unwrap();
    let server = serve(guard.clone()).await;
    let (pair, mut jar) = (login(&server).await, Jar::login(&server).await);
    store.changes_fail.store(true, Ordering::SeqCst);
    server.send(post("/login")).await.is(UNAVAILABLE);
    server.send(post("/login?form=cookies")).await.is(UNAVAILABLE);
    server.send(post("/refresh").bearer(&pair.refresh)).await.is(UNAVAILABLE);
    let answer = jar.send(&server, post("/logout").header("x-csrf-token", jar.csrf())).await;
    answer.is(UNAVAILABLE);
    assert!(!answer.headers.contains_key("set-cookie"));
    assert_eq!(answer.header("retry-after"), Some("5"));
    let answer = jar.refresh(&server).await;
    answer.is(UNAVAILABLE);
    assert!(!answer.headers.contains_key("set-cookie"));
    server.send(post("/logout/everywhere").bearer(&pair.access)).await.is(UNAVAILABLE);
    let error = guard.logout_everywhere("ada").await.unwrap_err();
    assert_eq!(error.kind(), LoginErrorKind::Store);
    assert!(std::error::Error::source(&error).unwrap().to_string().contains("switched off"));
    Answer::read(error.into_response()).await.is(UNAVAILABLE);

    // No verdict was passed: all goes on where it stopped.
    store.changes_fail.store(false, Ordering::SeqCst);
    server.get("/me", &pair.access).await.is(ADA);
    Pair::of(&server.send(post("/refresh").bearer(&pair.refresh)).await);
    jar.keep(&jar.refresh(&server).await);
    jar.send(&server, Request::get("/me")).await.is(ADA);
}

#[tokio::test]
async fn a_store_that_panics_while_it_changes_is_500_and_clears_nothing() {
    let store = Flaky::default();
    let guard = builder().token_store(store.clone()).cookies(CookieSettings::new()).build().unwrap();
    let server = serve(guard.clone()).await;
    let (pair, jar) = (login(&server).await, Jar::login(&server).await);
    store.changes_panic.store(true, Ordering::SeqCst);
    let log = events::capture();
    let requests = [
        post("/login"),
        post("/login?form=cookies"),
        post("/refresh").bearer(&pair.refresh),
        post("/logout").bearer(&pair.access),
        post("/logout/everywhere").bearer(&pair.access),
    ];
    for request in requests {
        server.send(request).await.is(Outcome::SERVER_ERROR);
    }
    let answer = jar.send(&server, post("/logout").header("x-csrf-token", jar.csrf())).await;
    answer.is(Outcome::SERVER_ERROR);
    assert!(!answer.headers.contains_key("set-cookie"));
    let answer = jar.refresh(&server).await;
    answer.is(Outcome::SERVER_ERROR);
    assert!(!answer.headers.contains_key("set-cookie"));
    assert_eq!(guard.caught_panics(), 7);
    assert_eq!(guard.logout_everybody("a test").await.unwrap_err().kind(), LoginErrorKind::Panic);
    let revocation = Revocation::All {
        issued_before: SystemTime::UNIX_EPOCH,
        expires_at: SystemTime::UNIX_EPOCH + Duration::from_secs(1),
    };
    assert_eq!(guard.revoke(revocation).await.unwrap_err().kind(), LoginErrorKind::Panic);
    let told = log.take();
    assert!(told.iter().any(|event| event.level == tracing::Level::ERROR), "{told:?}");

    store.changes_panic.store(false, Ordering::SeqCst);
    server.get("/me", &pair.access).await.is(ADA);
    jar.send(&server, Request::get("/me")).await.is(ADA);
}

#[tokio::test]
async fn while_the_store_cannot_answer_no_request_is_let_in() {
    let store = Flaky::default();
    let server =
        serve(builder().token_store(store.clone()).cookies(CookieSettings::new()).build().unwrap()).await;
    let (pair, jar) = (login(&server).await, Jar::login(&server).await);
    store.all_fails.store(true, Ordering::SeqCst);
    server.get("/me", &pair.access).await.is(UNAVAILABLE);
    server.send(post("/refresh").bearer(&pair.refresh)).await.is(UNAVAILABLE);
    let answer = jar.refresh(&server).await;
    answer.is(UNAVAILABLE);
    assert!(!answer.headers.contains_key("set-cookie"));
}
