//! Two services with one store: one issues tokens, and the other verifies them and ends logins.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jwt_guard::setup::{Clock, SystemClock};
use jwt_guard::store::{FileStore, MemoryStore, RedisOptions, RedisStore, Revocation, TokenStore};
use jwt_guard::{Algorithm, JwtGuard, Router, SigningKey, TrustedIssuer, routing};
use jwt_guard_tests::{AUDIENCE, Answer, ISSUER, Outcome, Payload, Server};
use serde_json::Value;

use super::{ADA, MINUTE, Pair, login, me, post, serve};
use crate::stores::Directory;
use crate::stores::redis_server::RedisServer;

const PARTNER: &str = "https://partner.example";
const ED25519: &str = include_str!("../../fixtures/keys/ed25519.private.pem");

/// The present, since a server removes entries by its own clock, and what the test adds in seconds.
#[derive(Clone, Debug, Default)]
struct Moved(Arc<AtomicU64>);

impl Moved {
    fn advance(&self, by: Duration) {
        self.0.fetch_add(by.as_secs(), Ordering::SeqCst);
    }

    fn since_start(&self) -> Duration {
        Duration::from_secs(self.0.load(Ordering::SeqCst))
    }
}

impl Clock for Moved {
    fn now(&self) -> SystemTime {
        SystemClock.now() + self.since_start()
    }

    fn monotonic(&self) -> Duration {
        SystemClock.monotonic() + self.since_start()
    }
}

/// A service that issues tokens, and one that verifies them and those of a partner.
async fn services(clock: &Moved, store: impl TokenStore + Clone) -> (Server, Server) {
    let key = SigningKey::pem(Algorithm::EdDsa, ED25519).unwrap();
    let issuer = TrustedIssuer::new(ISSUER).key(key.verifying_key());
    let partner = TrustedIssuer::new(PARTNER).key(partner_key().verifying());
    let a = JwtGuard::builder().signing_key(key).issuer(ISSUER).audience(AUDIENCE).clock(clock.clone());
    let b = JwtGuard::builder().audience(AUDIENCE).trust(issuer).trust(partner).clock(clock.clone());
    let a = a.token_store(store.clone()).refresh_ends_access().build().unwrap();
    let b = Router::new()
        .route("/logout", routing::post(super::log_out))
        .route("/leave", routing::post(super::leave))
        .route("/me", routing::get(me))
        .with_guard(b.token_store(store).build().unwrap());
    (serve(a).await, Server::start(b.into_axum()).await)
}

fn partner_key() -> jwt_guard_tests::SigningKey {
    jwt_guard_tests::SigningKey::of(Algorithm::Es256)
}

/// The login of a token.
fn login_of(access: &str) -> String {
    let payload = URL_SAFE_NO_PAD.decode(access.split('.').nth(1).unwrap()).unwrap();
    serde_json::from_slice::<Value>(&payload).unwrap()["sid"].to_string()
}

/// A token of the partner for its own `ada`.
fn of_partner(login: &str, id: &str, clock: &Moved) -> String {
    let now = clock.now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
    let claims = [
        ("iss", format!("\"{PARTNER}\"")),
        ("sub", "\"ada\"".to_owned()),
        ("sid", login.to_owned()),
        ("jti", format!("\"{id}\"")),
    ];
    let dates = [("iat", now.to_string()), ("exp", (now + 600).to_string())];
    let claims = claims.iter().chain(&dates);
    partner_key().token(&claims.fold(Payload::good(), |payload, (name, value)| payload.with(name, value)))
}

async fn by(server: &Server, target: &str, token: &str) -> Answer {
    server.send(post(target).bearer(token)).await
}

/// A refused token is refused as long as a refresh token lives, and not only as long as an access token does.
async fn a_logout_at_a_service_that_only_verifies_ends_all_of_a_login(store: impl TokenStore + Clone) {
    let clock = Moved::default();
    let (issues, verifies) = services(&clock, store).await;
    let pair = login(&issues).await;
    let another = login(&issues).await;
    verifies.get("/me", &pair.access).await.is(ADA);

    let theirs = of_partner(&login_of(&pair.access), "theirs", &clock);
    assert_eq!(by(&verifies, "/logout", &theirs).await.status, 204);
    verifies.get("/me", &theirs).await.is(Outcome::BAD_TOKEN);
    for service in [&issues, &verifies] {
        service.get("/me", &pair.access).await.is(ADA);
    }
    let pair = Pair::of(&by(&issues, "/refresh", &pair.refresh).await);

    assert_eq!(by(&verifies, "/logout", &pair.access).await.status, 204);
    for service in [&issues, &verifies] {
        service.get("/me", &pair.access).await.is(Outcome::BAD_TOKEN);
    }
    for later in [0, 1, 24 * 60, 10, 24 * 60 * 20] {
        clock.advance(MINUTE * later);
        by(&issues, "/refresh", &pair.refresh).await.is(Outcome::BAD_TOKEN);
    }
    Pair::of(&by(&issues, "/refresh", &another.refresh).await);
}

/// The owner of a login has the token that a refresh by a thief has ended, or one that an operator has revoked.
async fn a_revoked_token_ends_what_lives_of_its_login(store: impl TokenStore + Clone) {
    let clock = Moved::default();
    let (issues, verifies) = services(&clock, store.clone()).await;
    let first = login(&issues).await;
    let second = Pair::of(&by(&issues, "/refresh", &first.refresh).await);
    verifies.get("/me", &first.access).await.is(Outcome::BAD_TOKEN);
    verifies.get("/me", &second.access).await.is(ADA);
    for _ in 0..2 {
        assert_eq!(by(&verifies, "/leave", &first.access).await.status, 204);
        for service in [&issues, &verifies] {
            service.get("/me", &second.access).await.is(Outcome::BAD_TOKEN);
        }
        by(&issues, "/refresh", &second.refresh).await.is(Outcome::BAD_TOKEN);
    }

    let [one, two, other] = ["one", "two", "other"].map(|id| {
        let login = if id == "other" { "\"another\"" } else { "\"a login of theirs\"" };
        of_partner(login, id, &clock)
    });
    let expires_at = clock.now() + MINUTE * 10;
    let issuer = Some(PARTNER.to_owned());
    let revocation = Revocation::TokenOf { issuer, id: "one".to_owned(), expires_at };
    store.revoke(revocation, clock.now()).await.unwrap();
    verifies.get("/me", &one).await.is(Outcome::BAD_TOKEN);
    verifies.get("/me", &two).await.is(ADA);
    assert_eq!(by(&verifies, "/leave", &one).await.status, 204);
    verifies.get("/me", &two).await.is(Outcome::BAD_TOKEN);
    verifies.get("/me", &other).await.is(ADA);
}

async fn all_of_a_login_ends(store: impl TokenStore + Clone) {
    a_logout_at_a_service_that_only_verifies_ends_all_of_a_login(store.clone()).await;
    a_revoked_token_ends_what_lives_of_its_login(store).await;
}

#[tokio::test]
async fn a_logout_at_a_service_that_only_verifies_ends_all_of_a_login_in_memory() {
    all_of_a_login_ends(MemoryStore::new()).await;
}

#[tokio::test]
async fn a_logout_at_a_service_that_only_verifies_ends_all_of_a_login_in_a_file() {
    let directory = Directory::new();
    let store = FileStore::open(directory.path().join("tokens")).await.unwrap();
    all_of_a_login_ends(store).await;
}

#[tokio::test]
async fn a_logout_at_a_service_that_only_verifies_ends_all_of_a_login_on_a_server() {
    let Some(redis) = RedisServer::start().await else { return };
    let options = || RedisOptions::new().timeout(MINUTE);
    let store = RedisStore::connect(&redis.url(), options().prefix("pushed")).await.unwrap();
    all_of_a_login_ends(store).await;
    let store = RedisStore::strict(&redis.url(), options().prefix("strict")).await.unwrap();
    all_of_a_login_ends(store).await;
}
