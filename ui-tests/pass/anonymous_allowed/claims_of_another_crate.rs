//! A type that is called `Claims` inside another one is not ours.

use axum::Extension;
use jwt_guard::Router;
use jwt_guard::anonymous_allowed;
use jwt_guard::routing::get;
use std::sync::Arc;

use crate::policies;

struct Claims;

#[anonymous_allowed]
async fn list(_state: Extension<Arc<Claims>>) {}

#[test]
fn the_policy_is_the_written_one() {
    let router: Router = Router::new().route("/", get(list));
    assert_eq!(policies(&router), ["anonymous_allowed"]);
}
