//! The runtime crate under another name, at the root.

use jwt_guard::Router;
use jwt_guard::routing::get;
use renamed::authentication_required;

use crate::policies;

#[authentication_required(crate = ::renamed)]
async fn list() {}

#[test]
fn the_policy_is_the_written_one() {
    let router: Router = Router::new().route("/", get(list));
    assert_eq!(policies(&router), ["authentication_required"]);
}
