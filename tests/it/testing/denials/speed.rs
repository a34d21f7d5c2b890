//! How long it takes: a test that runs at each change must not be waited for.
#![expect(clippy::disallowed_methods, reason = "the real time is what is measured")]

use std::time::{Duration, Instant};

use jwt_guard_tests::sample::{self, Word};

use super::judged;

/// More than ten times what it takes without optimisation, for machines that have other work to do.
const BOUND: Duration = Duration::from_secs(20);

#[tokio::test]
async fn the_sample_of_forty_routes_is_judged_within_seconds() {
    let begin = Instant::now();
    let report = judged(sample::by_utoipa(Word::Read)).await;
    assert!(report.requests > 900, "{report}");
    println!("{} requests in {:?}", report.requests, begin.elapsed());
    assert!(begin.elapsed() < BOUND, "{:?}", begin.elapsed());
}

/// A signature of RSA in Rust takes long where nothing is optimised.
#[cfg(feature = "aws-lc-rs")]
#[tokio::test]
async fn forty_routes_with_rsa_are_judged_within_seconds() {
    use jwt_guard::testing::Denials;
    use jwt_guard::{Algorithm, JwtGuard, Router, SigningKey, requires, routing};

    #[requires(scope = "orders:read", role = "clerk")]
    async fn orders() {}

    let pem = include_str!("../../../fixtures/keys/rsa-2048.private.pem");
    let key = SigningKey::pem(Algorithm::Rs256, pem).unwrap();
    let guard = JwtGuard::builder().key(key.verifying_key()).audience("orders").build().unwrap();
    let numbered = |app: Router, number| app.route(&format!("/{number}"), routing::get(orders));
    let app = (0..40).fold(Router::new(), numbered).with_guard(guard);
    let begin = Instant::now();
    let report = Denials::of(app).key(key).check().await;
    report.assert();
    assert!(report.requests > 900, "{report}");
    println!("{} requests in {:?}", report.requests, begin.elapsed());
    assert!(begin.elapsed() < BOUND, "{:?}", begin.elapsed());
}
