//! A login, as `requires` takes it.

use jwt_guard::Router;
use jwt_guard::authentication_required;
use jwt_guard::routing::get;

use crate::policies;

#[authentication_required(fresh)]
async fn list() {}

#[test]
fn the_policy_is_the_written_one() {
    let router: Router = Router::new().route("/", get(list));
    assert_eq!(policies(&router), ["requires(fresh)"]);
}
