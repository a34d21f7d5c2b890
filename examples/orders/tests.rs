//! The tests of the service itself.

mod api;
mod model;
mod vocabulary;

use jwt_guard::lock::assert_access_lock;
use jwt_guard::routing::AccessTable;
use jwt_guard::{Algorithm, Secret, SigningKey};

use crate::api::{app, guard};
use crate::model::Orders;

fn access() -> AccessTable {
    let key = SigningKey::secret(Algorithm::Hs256, Secret::random()).unwrap();
    app(guard(key).unwrap(), Orders::sample()).access_table()
}

/// After a change that is meant: `ACCESS_LOCK=overwrite cargo test --test orders`, and commit the file.
#[test]
fn the_access_is_as_reviewed() {
    assert_access_lock(&access(), "orders/access.lock");
}

#[test]
fn policies_ask_for_what_is_declared_and_for_all_of_it() {
    let access = access();
    assert_eq!(access.undeclared_names(), []);
    assert_eq!(access.unused_names(), []);
}
