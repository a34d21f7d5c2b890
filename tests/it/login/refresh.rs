//! A refresh token is good once; who uses it again ends the login.

use std::sync::Arc;

use axum::response::Response;
use jwt_guard::cookies::CookieSettings;
use jwt_guard::login::{LoginError, LoginErrorKind};
use jwt_guard::setup::SystemClock;
use jwt_guard::store::{FileStore, MemoryStore, RedisOptions, RedisStore, StoreLimits, TokenStore};
use jwt_guard::{JwtGuard, Principal, Router, routing};
use jwt_guard_tests::{Answer, ManualClock, Outcome, Request, Server};

use crate::stores::redis_server::RedisServer;

use super::{ADA, Jar, MINUTE, Pair, builder, guard, login, post, serve};

async fn refresh(server: &Server, token: &str) -> Answer {
    server.send(post("/refresh").bearer(token)).await
}

fn with(store: impl TokenStore) -> JwtGuard {
    builder().token_store(store).build().unwrap()
}

#[tokio::test]
async fn a_refresh_gives_the_next_pair_of_the_same_login() {
    let server = serve(guard()).await;
    let first = login(&server).await;
    let answer = refresh(&server, &first.refresh).await;
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let second = Pair::of(&answer);
    server.get("/me", &second.access).await.is(ADA);
    let third = Pair::of(&refresh(&server, &second.refresh).await);
    server.get("/me", &third.access).await.is(ADA);
}

/// The claims of the application are in the access tokens.
#[tokio::test]
async fn a_claim_that_access_tokens_must_have_is_not_asked_of_refresh_tokens() {
    let guard = builder().token_store(MemoryStore::new()).required_claim("tenant").build().unwrap();
    let server = serve(guard).await;
    let first = login(&server).await;
    server.get("/me", &first.access).await.is(ADA);
    let second = Pair::of(&refresh(&server, &first.refresh).await);
    server.get("/me", &second.access).await.is(ADA);
    assert_eq!(server.send(post("/leave").bearer(&second.refresh)).await.status, 204);
    server.get("/me", &second.access).await.is(Outcome::BAD_TOKEN);
}

#[tokio::test]
async fn reuse_ends_the_login_and_no_other() {
    let server = serve(guard()).await;
    let (first, other) = (login(&server).await, login(&server).await);
    let second = Pair::of(&refresh(&server, &first.refresh).await);
    refresh(&server, &first.refresh).await.is(Outcome::BAD_TOKEN);
    // The thief's tokens and the owner's.
    for token in [&first.access, &second.access] {
        server.get("/me", token).await.is(Outcome::BAD_TOKEN);
    }
    for token in [&first.refresh, &second.refresh] {
        refresh(&server, token).await.is(Outcome::BAD_TOKEN);
    }
    server.get("/me", &other.access).await.is(ADA);
    Pair::of(&refresh(&server, &other.refresh).await);
}

#[tokio::test]
async fn with_an_allow_list_reuse_ends_the_login_at_the_endpoint_and_is_refused_elsewhere() {
    let guard = builder().token_store(MemoryStore::new()).allow_list().build().unwrap();
    let server = serve(guard).await;
    let (first, other) = (login(&server).await, login(&server).await);
    let second = Pair::of(&refresh(&server, &first.refresh).await);
    // The list has access tokens only: what a refresh token is worth, its login says.
    server.get("/me", &first.refresh).await.is(Outcome::BAD_TOKEN);
    server.get("/me", &second.access).await.is(ADA);
    let third = Pair::of(&refresh(&server, &second.refresh).await);
    refresh(&server, &first.refresh).await.is(Outcome::BAD_TOKEN);
    for token in [&first.access, &second.access, &third.access] {
        server.get("/me", token).await.is(Outcome::BAD_TOKEN);
    }
    for token in [&first.refresh, &second.refresh, &third.refresh] {
        refresh(&server, token).await.is(Outcome::BAD_TOKEN);
    }
    server.get("/me", &other.access).await.is(ADA);
    Pair::of(&refresh(&server, &other.refresh).await);
}

#[tokio::test]
async fn within_the_grace_period_an_honest_retry_is_refused_and_the_login_lives_on() {
    let clock = ManualClock::new();
    let store = MemoryStore::new();
    let guard = builder()
        .clock(clock.clone())
        .token_store(store)
        .cookies(CookieSettings::new())
        .refresh_grace(MINUTE)
        .build()
        .unwrap();
    let server = serve(guard).await;
    let first = login(&server).await;
    let second = Pair::of(&refresh(&server, &first.refresh).await);
    refresh(&server, &first.refresh).await.is(Outcome::BAD_TOKEN);
    server.get("/me", &second.access).await.is(ADA);

    // The browser holds the new cookies by now: the answer to the retry must not take them away.
    let stale = Jar::login(&server).await;
    assert_eq!(stale.refresh(&server).await.status, 204);
    let answer = stale.refresh(&server).await;
    answer.is(Outcome::BAD_TOKEN);
    assert!(!answer.headers.contains_key("set-cookie"));

    clock.advance(MINUTE);
    refresh(&server, &first.refresh).await.is(Outcome::BAD_TOKEN);
    server.get("/me", &second.access).await.is(Outcome::BAD_TOKEN);
}

#[tokio::test]
async fn an_expired_refresh_token_is_refused() {
    let clock = ManualClock::new();
    let server = serve(builder().clock(clock.clone()).token_store(MemoryStore::new()).build().unwrap()).await;
    let pair = login(&server).await;
    clock.advance(MINUTE * 60 * 24 * 31);
    refresh(&server, &pair.refresh).await.is(Outcome::BAD_TOKEN);
}

#[tokio::test]
async fn a_refresh_cookie_is_answered_in_cookies() {
    let server = serve(guard()).await;
    let mut jar = Jar::login(&server).await;
    let old = jar.clone();
    let answer = jar.refresh(&server).await;
    assert_eq!((answer.status.as_u16(), answer.body.as_str()), (204, ""));
    jar.keep(&answer);
    assert!(jar.0.iter().all(|(name, value)| old.0[name] != *value), "every cookie is new");
    jar.send(&server, Request::get("/me")).await.is(ADA);
    jar.send(&server, post("/me").header("x-csrf-token", jar.csrf())).await.is(ADA);
    // The value that goes with the access token is not good for the refresh token.
    let crossed = post("/refresh").header("x-csrf-token", jar.csrf());
    jar.send(&server, crossed).await.is(super::CROSS_SITE);
}

#[tokio::test]
async fn a_refresh_cookie_that_does_not_count_any_more_is_cleared_alone() {
    let server = serve(guard()).await;
    let mut jar = Jar::login(&server).await;
    let stolen = jar.clone();
    jar.keep(&jar.refresh(&server).await);
    for (who, jar) in [("the one who uses it again", stolen), ("its owner, after that", jar)] {
        let answer = jar.refresh(&server).await;
        answer.is(Outcome::BAD_TOKEN);
        let cleared: Vec<_> = answer.headers.get_all("set-cookie").iter().collect();
        assert_eq!(
            cleared,
            [
                "__Host-refresh_token=; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
                "csrf_refresh_token=; SameSite=Lax; Secure; Path=/; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
            ],
            "{who}"
        );
    }
}

#[tokio::test]
async fn a_pair_that_does_not_fit_into_cookies_does_not_replace_the_last_one() {
    #[jwt_guard::requires(token = "refresh")]
    async fn refresh_with_much(guard: JwtGuard, caller: Principal) -> Result<Response, LoginError> {
        guard.refresh(&caller).change(|token| token.claim("much", "x".repeat(4_000))).respond().await
    }
    let guard = guard();
    let server = serve(guard.clone()).await;
    let app = Router::new().route("/refresh", routing::post(refresh_with_much)).with_guard(guard);
    let other = Server::start(app.into_axum()).await;
    let jar = Jar::login(&server).await;
    for _ in 0..2 {
        let answer = jar.refresh(&other).await;
        assert_eq!((answer.status.as_u16(), answer.headers.contains_key("set-cookie")), (500, false));
    }
    assert_eq!(jar.refresh(&server).await.status, 204);
}

#[tokio::test]
async fn a_login_whose_tokens_do_not_fit_into_cookies_takes_no_place_in_the_store() {
    let store = MemoryStore::with_limits(StoreLimits::new().logins_per_subject(1));
    let guard = builder().token_store(store).cookies(CookieSettings::new()).build().unwrap();
    let server = serve(guard.clone()).await;
    let pair = login(&server).await;
    for _ in 0..3 {
        let bloated = guard.login("ada").claim("much", "x".repeat(4000));
        let error = bloated.cookies().respond().await.unwrap_err();
        assert_eq!(error.kind(), LoginErrorKind::Issue);
    }
    // It would have ended as the least recently refreshed one.
    server.get("/me", &pair.access).await.is(ADA);
    assert_eq!(refresh(&server, &pair.refresh).await.status, 200);
}

#[tokio::test]
async fn an_access_cookie_that_does_not_count_leaves_the_refresh_cookie_alone() {
    let server = serve(guard()).await;
    let mut jar = Jar::login(&server).await;
    jar.0.insert("__Host-access_token".to_owned(), "a.b.c".to_owned());
    let answer = jar.send(&server, Request::get("/me")).await;
    answer.is(Outcome::BAD_TOKEN);
    jar.keep(&answer);
    assert!(!jar.0.contains_key("__Host-access_token") && !jar.0.contains_key("csrf_access_token"));
    assert_eq!(jar.refresh(&server).await.status, 204);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_thousand_concurrent_refreshes_exactly_one_succeeds_in_memory() {
    one_of_a_thousand(with(MemoryStore::new())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_thousand_concurrent_refreshes_exactly_one_succeeds_on_disk() {
    let path = file("thousand");
    one_of_a_thousand(with(FileStore::open(&path).await.unwrap())).await;
    drop(std::fs::remove_file(path));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_thousand_concurrent_refreshes_exactly_one_succeeds_on_a_server() {
    let Some(server) = RedisServer::start().await else { return };
    let store = RedisStore::connect(&server.url(), RedisOptions::new().timeout(MINUTE)).await.unwrap();
    // The server forgets by its own clock.
    one_of_a_thousand(builder().clock(SystemClock).token_store(store).build().unwrap()).await;
}

async fn one_of_a_thousand(guard: JwtGuard) {
    let server = Arc::new(serve(guard).await);
    let pair = login(&server).await;
    let start = Arc::new(tokio::sync::Barrier::new(1000));
    let tasks: Vec<_> = (0..1000)
        .map(|_| {
            let (server, token, start) = (Arc::clone(&server), pair.refresh.clone(), Arc::clone(&start));
            tokio::spawn(async move {
                start.wait().await;
                refresh(&server, &token).await
            })
        })
        .collect();
    let mut successes = Vec::new();
    for task in tasks {
        let answer = task.await.unwrap();
        if answer.status == 200 {
            successes.push(Pair::of(&answer));
        } else {
            answer.is(Outcome::BAD_TOKEN);
        }
    }
    assert_eq!(successes.len(), 1);
    // The other 999 were reuse.
    server.get("/me", &successes[0].access).await.is(Outcome::BAD_TOKEN);
}

#[tokio::test]
async fn a_file_remembers_what_was_used_after_a_restart() {
    let path = file("restart");
    let server = serve(with(FileStore::open(&path).await.unwrap())).await;
    let (first, out) = (login(&server).await, login(&server).await);
    let second = Pair::of(&refresh(&server, &first.refresh).await);
    assert_eq!(server.send(post("/logout").bearer(&out.access)).await.status, 204);
    drop(server);

    let server = serve(reopened(&path).await).await;
    server.get("/me", &out.access).await.is(Outcome::BAD_TOKEN);
    refresh(&server, &out.refresh).await.is(Outcome::BAD_TOKEN);
    server.get("/me", &second.access).await.is(ADA);
    let third = Pair::of(&refresh(&server, &second.refresh).await);
    refresh(&server, &first.refresh).await.is(Outcome::BAD_TOKEN);
    server.get("/me", &third.access).await.is(Outcome::BAD_TOKEN);
    drop(std::fs::remove_file(path));
}

/// The file is free again when the last task of the old server has let go of it.
async fn reopened(path: &std::path::Path) -> JwtGuard {
    for _ in 0..500 {
        if let Ok(store) = FileStore::open(path).await {
            return with(store);
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("the file is never free");
}

fn file(name: &str) -> std::path::PathBuf {
    std::env::temp_dir().join(format!("jwt-guard-login-{name}-{}.redb", std::process::id()))
}
