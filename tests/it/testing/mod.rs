//! The module `testing`, used as an application would.

mod denials;
mod presets;
mod provider;
mod tokens;

use jwt_guard::setup::{Builder, HasAudience, HasKeys};
use jwt_guard::testing::{ManualClock, TestIssuer};
use jwt_guard::{Algorithm, JwtGuard, Secret, SigningKey};

/// A guard that issues tokens itself.
fn builder() -> Builder<HasKeys, HasAudience> {
    let key = SigningKey::secret(Algorithm::Hs256, Secret::random()).expect("32 bytes");
    JwtGuard::builder()
        .signing_key(key)
        .issuer("https://id.example")
        .audience("orders")
        .clock(ManualClock::new())
}

fn issuer() -> TestIssuer {
    TestIssuer::of(&builder().build().expect("a legal guard"))
}
