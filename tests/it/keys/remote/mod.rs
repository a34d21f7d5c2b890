//! Keys that an issuer publishes: a guard, a scripted issuer, and real HTTP between them. Time is moved by hand.

mod addresses;
mod answers;
mod attacks;
mod discovery;
mod life;
mod status;
mod tls;
mod withdrawal;

use std::time::Duration;

use jwt_guard::setup::{Builder, HasAudience, HasKeys};
use jwt_guard::{Algorithm, JwtGuard};
use jwt_guard_tests::key_server::{JWKS, KeyServer};
use jwt_guard_tests::{AUDIENCE, ISSUER, ManualClock, NOW, Payload, SigningKey};

const REASON: &str = "the issuer is a task of this test";

/// Longer than any test lasts by the clock that is moved by hand.
const EXPIRY: u64 = NOW + 20 * 60 * 60;

/// A guard with the keys of the server, and the clock that both go by.
fn guard(server: &KeyServer) -> (Builder<HasKeys, HasAudience>, ManualClock) {
    let clock = ManualClock::new();
    let builder = JwtGuard::builder().jwks_url(server.url(JWKS)).issuer(ISSUER).audience(AUDIENCE);
    (builder.clock(clock.clone()).danger().loopback_http(REASON), clock)
}

fn key(algorithm: Algorithm) -> SigningKey {
    SigningKey::of(algorithm)
}

fn payload() -> Payload {
    Payload::good().with("exp", &EXPIRY.to_string())
}

/// A good token of the fixture key of this algorithm, under this name.
fn token(algorithm: Algorithm, id: &str) -> String {
    key(algorithm).token_by(id, &payload())
}

/// A server that publishes the key `a` for ES256.
async fn server() -> KeyServer {
    let server = KeyServer::start().await;
    server.publish(&[("a", &key(Algorithm::Es256))]);
    server
}

/// Waits for what another task does; no time needs to pass for it.
async fn until(what: &str, done: impl Fn() -> bool) {
    let done = async {
        while !done() {
            tokio::task::yield_now().await;
        }
    };
    let came = tokio::time::timeout(Duration::from_secs(10), done).await;
    assert!(came.is_ok(), "never: {what}");
}

const fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}
