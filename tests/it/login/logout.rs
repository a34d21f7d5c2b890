//! A logout revokes first and clears then.

use jwt_guard::cookies::CookieSettings;
use jwt_guard::store::{MemoryStore, Revocation};
use jwt_guard_tests::{ManualClock, Outcome, Request};

use super::{ADA, Jar, MINUTE, Pair, builder, guard, login, post, serve};

#[tokio::test]
async fn a_logout_ends_every_token_of_its_login_and_no_other() {
    let server = serve(guard()).await;
    let (first, other) = (login(&server).await, login(&server).await);
    let second = Pair::of(&server.send(post("/refresh").bearer(&first.refresh)).await);
    let answer = server.send(post("/logout").bearer(&second.access)).await;
    assert_eq!((answer.status.as_u16(), answer.header("cache-control")), (204, Some("no-store")));
    for token in [&first.access, &second.access] {
        server.get("/me", token).await.is(Outcome::BAD_TOKEN);
    }
    server.send(post("/refresh").bearer(&second.refresh)).await.is(Outcome::BAD_TOKEN);
    server.get("/me", &other.access).await.is(ADA);
}

#[tokio::test]
async fn a_logout_clears_the_cookies_and_what_was_copied_from_them_is_dead() {
    let server = serve(guard()).await;
    let mut jar = Jar::login(&server).await;
    let copy = jar.clone();
    let answer = jar.send(&server, post("/logout").header("x-csrf-token", jar.csrf())).await;
    assert_eq!(answer.status, 204);
    jar.keep(&answer);
    assert!(jar.0.is_empty(), "{jar:?}");
    copy.send(&server, Request::get("/me")).await.is(Outcome::BAD_TOKEN);
    copy.refresh(&server).await.is(Outcome::BAD_TOKEN);
}

#[tokio::test]
async fn a_revoked_login_stays_revoked_until_its_last_token_has_ended() {
    let clock = ManualClock::new();
    let guard = builder().clock(clock.clone()).token_store(MemoryStore::new()).build().unwrap();
    let server = serve(guard).await;
    let first = login(&server).await;
    clock.advance(MINUTE * 14);
    let second = Pair::of(&server.send(post("/refresh").bearer(&first.refresh)).await);
    // With the older of two good access tokens.
    assert_eq!(server.send(post("/logout").bearer(&first.access)).await.status, 204);
    for _ in 0..16 {
        clock.advance(MINUTE);
        server.get("/me", &second.access).await.is(Outcome::BAD_TOKEN);
        server.send(post("/refresh").bearer(&second.refresh)).await.is(Outcome::BAD_TOKEN);
    }
}

#[tokio::test]
async fn a_store_that_does_not_know_the_login_revokes_all_its_access_tokens_too() {
    let clock = ManualClock::new();
    let server = async || {
        let guard = builder().clock(clock.clone()).token_store(MemoryStore::new()).build().unwrap();
        serve(guard).await
    };
    let before = server().await;
    let first = login(&before).await;
    clock.advance(MINUTE * 14);
    let second = Pair::of(&before.send(post("/refresh").bearer(&first.refresh)).await);
    // Memory is gone after a restart.
    let after = server().await;
    assert_eq!(after.send(post("/logout").bearer(&first.access)).await.status, 204);
    for _ in 0..16 {
        after.get("/me", &second.access).await.is(Outcome::BAD_TOKEN);
        clock.advance(MINUTE);
    }
}

#[tokio::test]
async fn a_logout_everywhere_ends_all_logins_and_the_next_one_in_the_same_second_is_good() {
    let clock = ManualClock::new();
    clock.advance(std::time::Duration::from_millis(250));
    let guard = builder().clock(clock.clone()).token_store(MemoryStore::new()).build().unwrap();
    let server = serve(guard.clone()).await;
    let (one, two) = (login(&server).await, login(&server).await);
    let other = guard.issuer().unwrap().access("grace").sign().unwrap();
    assert_eq!(server.send(post("/logout/everywhere").bearer(&one.access)).await.status, 200);
    for pair in [&one, &two] {
        server.get("/me", &pair.access).await.is(Outcome::BAD_TOKEN);
        server.send(post("/refresh").bearer(&pair.refresh)).await.is(Outcome::BAD_TOKEN);
    }
    server.get("/me", other.as_str()).await.is(Outcome::ok("grace"));
    // The clock stands still.
    let again = login(&server).await;
    server.get("/me", &again.access).await.is(ADA);
    Pair::of(&server.send(post("/refresh").bearer(&again.refresh)).await);
    let by_header = server.send(post("/login?form=header")).await;
    let token = by_header.header("authorization").unwrap().strip_prefix("Bearer ").unwrap();
    server.get("/me", token).await.is(ADA);
    // Those that were revoked do not come back.
    for _ in 0..20 {
        clock.advance(MINUTE * 60 * 36);
        server.send(post("/refresh").bearer(&two.refresh)).await.is(Outcome::BAD_TOKEN);
    }
}

#[tokio::test]
async fn anything_can_be_revoked_by_name() {
    let guard = guard();
    let server = serve(guard.clone()).await;
    let token = guard.issuer().unwrap().access("ada").sign().unwrap();
    server.get("/me", token.as_str()).await.is(ADA);
    let what = Revocation::Token { id: token.id().to_owned(), expires_at: token.expires_at() };
    guard.revoke(what).await.unwrap();
    server.get("/me", token.as_str()).await.is(Outcome::BAD_TOKEN);
}

#[tokio::test]
async fn without_a_store_a_logout_clears_the_cookies() {
    let server = serve(builder().cookies(CookieSettings::new()).build().unwrap()).await;
    let mut jar = Jar::login(&server).await;
    jar.keep(&jar.send(&server, post("/logout").header("x-csrf-token", jar.csrf())).await);
    assert!(jar.0.is_empty());
}

#[tokio::test]
async fn another_sites_page_does_not_log_the_user_out() {
    let server = serve(guard()).await;
    let jar = Jar::login(&server).await;
    let answer = jar.send(&server, post("/logout").header("sec-fetch-site", "cross-site")).await;
    answer.is(super::CROSS_SITE);
    assert!(!answer.headers.contains_key("set-cookie"));
    jar.send(&server, Request::get("/me")).await.is(ADA);
}
