//! The harness of the integration tests: real keys, tokens to the byte, a server on loopback and a raw client.
//!
//! 1. [`SigningKey`] signs whatever it is given: any header text, any payload bytes.
//! 2. [`Payload`] starts from claims that every guard of [`guard`] accepts, and changes them member by member.
//! 3. [`ManualClock`] stands still at [`NOW`] until a test moves it.
//! 4. [`Server`] serves a router on loopback; [`Request`] is written to the socket as it stands, so that it may
//!    repeat a header or hold bytes that no client library would send.
//! 5. [`Answer::is`] compares an answer with an [`Outcome`]: status, challenge and body.
//! 6. [`key_server::KeyServer`] is an identity provider that answers as it is told.
//! 7. [`sample`] is an application with every kind of route.
//! 8. [`events::capture`] collects what the guard logs.

pub mod events;
pub mod key_server;
pub mod sample;
pub mod sources;

mod answer;
mod client;
mod key;
mod payload;
mod server;

pub use answer::{Answer, Outcome};
pub use client::{Request, WebSocket};
pub use key::{SigningKey, base64url, secret};
pub use payload::Payload;
pub use server::{Server, oneshot};

pub use jwt_guard::testing::{ManualClock, NOW};

use jwt_guard::setup::{Builder, HasAudience, HasKeys, TokenCache};
use jwt_guard::{Algorithm, JwtGuard};

/// The audience of [`guard`], and of [`Payload::good`].
pub const AUDIENCE: &str = "orders";

/// The issuer of [`Payload::good`].
pub const ISSUER: &str = "https://id.example";

/// Every algorithm that a guard supports.
pub const ALGORITHMS: [Algorithm; 12] = [
    Algorithm::Hs256,
    Algorithm::Hs384,
    Algorithm::Hs512,
    Algorithm::Rs256,
    Algorithm::Rs384,
    Algorithm::Rs512,
    Algorithm::Ps256,
    Algorithm::Ps384,
    Algorithm::Ps512,
    Algorithm::Es256,
    Algorithm::Es384,
    Algorithm::EdDsa,
];

/// A guard that verifies with the key of `algorithm`, for [`AUDIENCE`], at [`NOW`], and remembers every good token; all
/// else by default. So whatever a test sends twice, it sends to a cold and to a warm cache.
pub fn guard(algorithm: Algorithm) -> Builder<HasKeys, HasAudience> {
    JwtGuard::builder()
        .key(SigningKey::of(algorithm).verifying())
        .audience(AUDIENCE)
        .clock(ManualClock::new())
        .token_cache(TokenCache::new().at_first_sight())
}

/// The guard that most tests need: HS256, all else by default.
///
/// # Panics
///
/// When the configuration is refused.
pub fn hs256() -> JwtGuard {
    guard(Algorithm::Hs256).build().expect("the fixture guard is legal")
}

/// A good token for [`hs256`] with some claims changed; see [`Payload::with`].
pub fn token(changes: &[(&str, &str)]) -> String {
    let payload = changes.iter().fold(Payload::good(), |payload, (name, value)| payload.with(name, value));
    SigningKey::of(Algorithm::Hs256).token(&payload)
}
