//! How to test a guarded service: functions by themselves, requests without a server, and every way to be refused.
//!
//! `cargo test -p jwt-guard-examples --test testing_your_app`

mod denials;
mod requests;
mod shop;
mod units;

use jwt_guard::keys::GeneratedKey;
use jwt_guard::testing::TestIssuer;
use jwt_guard::{Algorithm, Router, SigningKey};

/// The support of all tests: the application with the guard of production, and who signs the tokens that it accepts.
struct Shop {
    app: Router,
    key: SigningKey,
    issuer: TestIssuer,
}

fn shop() -> Shop {
    let key = GeneratedKey::new(Algorithm::Es256).unwrap().signing_key().clone();
    let guard = shop::guard(|realm| realm.key(key.verifying_key())).unwrap();
    let issuer = TestIssuer::with_key(&guard, key.clone());
    Shop { app: shop::app(guard), key, issuer }
}
