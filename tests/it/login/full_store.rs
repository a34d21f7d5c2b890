//! A store without room: what a logout or a refresh has answered is true, and users can go on.

use std::time::SystemTime;

use jwt_guard::JwtGuard;
use jwt_guard::cookies::CookieSettings;
use jwt_guard::login::LoginCredentials;
use jwt_guard::setup::{Builder, HasAudience, HasKeys};
use jwt_guard::store::{MemoryStore, Revocation, StoreLimits, TokenStore as _};
use jwt_guard::{Router, routing};
use jwt_guard_tests::{ManualClock, Outcome, Server};

use super::{ADA, Jar, MINUTE, Pair, builder, login, post, serve};

#[jwt_guard::anonymous_allowed(credentials = "ignored")]
async fn log_out(
    guard: JwtGuard,
    credentials: LoginCredentials,
) -> Result<axum::response::Response, jwt_guard::login::LoginError> {
    guard.logout(&credentials).await
}

/// A guard whose store has room for `left` more revocations.
async fn with_room(left: usize, clock: &ManualClock) -> (Builder<HasKeys, HasAudience>, SystemTime) {
    let store = MemoryStore::with_limits(StoreLimits::each(20));
    let now = jwt_guard::setup::Clock::now(clock);
    for id in left..20 {
        let what = Revocation::Token { id: format!("another {id}"), expires_at: now + MINUTE * 60 };
        store.revoke(what, now).await.unwrap();
    }
    (builder().clock(clock.clone()).token_store(store), now)
}

#[tokio::test]
async fn a_browser_with_both_tokens_of_a_login_is_logged_out_in_a_full_store() {
    let (guard, _) = with_room(1, &ManualClock::new()).await;
    let guard = guard.cookies(CookieSettings::new()).build().unwrap();
    let logins = serve(guard.clone()).await;
    let app = Router::new().route("/logout", routing::post(log_out)).with_guard(guard);
    let server = Server::start(app.into_axum()).await;
    // The first takes the last room, and the next replaces it with a cut-off.
    for _ in 0..3 {
        let jar = Jar::login(&logins).await;
        let request = ["csrf_access_token", "csrf_refresh_token"]
            .iter()
            .fold(post("/logout"), |request, name| request.header("x-csrf-token", &jar.0[*name]));
        let answer = jar.send(&server, request).await;
        assert_eq!((answer.status.as_u16(), answer.headers.get_all("set-cookie").iter().count()), (204, 4));
        logins.get("/me", &jar.0["__Host-access_token"]).await.is(Outcome::BAD_TOKEN);
    }
}

#[tokio::test]
async fn a_refresh_that_ends_the_access_token_before_it_does_so_in_a_full_store() {
    let clock = ManualClock::new();
    let (guard, _) = with_room(0, &clock).await;
    let server = serve(guard.refresh_ends_access().build().unwrap()).await;
    let refresh = async |pair: &Pair| server.send(post("/refresh").bearer(&pair.refresh)).await;
    for _ in 0..2 {
        let [phone, laptop] = [login(&server).await, login(&server).await];
        let mut renewed = Vec::new();
        for old in [&phone, &laptop] {
            renewed.push(Pair::of(&refresh(old).await));
            server.get("/me", &old.access).await.is(Outcome::BAD_TOKEN);
        }
        for pair in &renewed {
            server.get("/me", &pair.access).await.is(ADA);
        }
        // One more than a user of this store may have ends the logins: the user logs in again.
        refresh(&renewed[0]).await.is(Outcome::BAD_TOKEN);
        for pair in &renewed {
            server.get("/me", &pair.access).await.is(Outcome::BAD_TOKEN);
        }
    }
    // When the ended token would have ended anyway, there is room for the next.
    let mut pair = login(&server).await;
    for _ in 0..3 {
        clock.advance(MINUTE * 14);
        pair = Pair::of(&refresh(&pair).await);
        clock.advance(MINUTE * 14);
        server.get("/me", &pair.access).await.is(ADA);
    }
}
