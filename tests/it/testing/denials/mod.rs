//! `assert_denials`: silent on a right application, and finds every hole that is planted.

mod absent;
mod planted;
mod right;
mod speed;
mod unjudged;

use jwt_guard::testing::{DenialReport, Denials};
use jwt_guard::{Algorithm, Router, SigningKey};

fn key() -> SigningKey {
    let secret = jwt_guard_tests::SigningKey::secret();
    SigningKey::secret(Algorithm::Hs256, secret).expect("the fixture secret is good")
}

async fn judged(app: Router) -> DenialReport {
    Denials::of(app).key(key()).check().await
}
