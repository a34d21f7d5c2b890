//! A known caller.

use jwt_guard::Router;
use jwt_guard::routing::get;
use jwt_guard::{Claims, Principal, authentication_required};

use crate::policies;

#[authentication_required]
async fn list(claims: Claims, principal: Principal) -> String {
    format!("{claims:?} {principal:?}")
}

#[test]
fn the_policy_is_the_written_one() {
    let router: Router = Router::new().route("/", get(list));
    assert_eq!(policies(&router), ["authentication_required"]);
}
