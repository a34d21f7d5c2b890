//! Every route refuses whom it must, and the rules are those that were reviewed.

use jwt_guard::lock::{AccessLock, assert_access_lock};
use jwt_guard::testing::Denials;

use crate::{Shop, shop};

const LOCK: &str = "testing_your_app/access.lock";

/// After a change that is meant: `ACCESS_LOCK=overwrite cargo test`, and commit the file.
#[test]
fn the_access_is_as_reviewed() {
    assert_access_lock(&shop().app.access_table(), LOCK);
}

/// Against the reviewed rules, so that a scope that was forgotten in the code is found too.
#[tokio::test]
async fn every_route_refuses_whom_it_must() {
    let Shop { app, key, .. } = shop();
    let lock = AccessLock::read(LOCK).unwrap();
    // Whom a check refuses, only the application knows.
    let checked = ("DELETE /orders/{order}", "`requests.rs` has a test of `exists`");
    Denials::of(app).key(key).lock(lock).unjudged(checked.0, checked.1).assert().await;
}
