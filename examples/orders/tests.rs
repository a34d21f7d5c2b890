//! The tests of the service itself.

mod api;
mod model;

use jwt_guard::lock::assert_access_lock;
use jwt_guard::{Algorithm, JwtGuard, Secret, SigningKey};

use crate::api::app;
use crate::model::Orders;

/// After a change that is meant: `ACCESS_LOCK=overwrite cargo test --test orders`, and commit the file.
#[test]
fn the_access_is_as_reviewed() {
    let key = SigningKey::secret(Algorithm::Hs256, Secret::random()).unwrap();
    let guard = JwtGuard::builder()
        .signing_key(key)
        .audience("orders")
        .role_implies("manager", ["clerk"])
        .build()
        .unwrap();
    assert_access_lock(&app(guard, Orders::sample()).access_table(), "orders/access.lock");
}
