//! No argument.

use jwt_guard::Router;
use jwt_guard::anonymous_allowed;
use jwt_guard::routing::get;

use crate::policies;

#[anonymous_allowed]
async fn list() -> &'static str {
    "orders"
}

#[test]
fn the_policy_is_the_written_one() {
    let router: Router = Router::new().route("/", get(list));
    assert_eq!(policies(&router), ["anonymous_allowed"]);
}
