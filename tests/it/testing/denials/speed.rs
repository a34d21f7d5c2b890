//! How long it takes: a test that runs at each change must not be waited for.
#![expect(clippy::disallowed_methods, reason = "the real time is what is measured")]

use std::time::{Duration, Instant};

use jwt_guard::keys::GeneratedKey;
use jwt_guard::testing::Denials;
use jwt_guard::{Algorithm, JwtGuard, Router, requires, routing};
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

#[requires(scope = "orders:read", role = "clerk")]
async fn orders() {}

#[tokio::test]
async fn forty_routes_with_rsa_are_judged_within_seconds() {
    let key = GeneratedKey::new(Algorithm::Rs256).unwrap().signing_key().clone();
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
