//! A caller who may be known.

use jwt_guard::Router;
use jwt_guard::routing::get;
use jwt_guard::{Claims, anonymous_allowed};

use crate::policies;

#[anonymous_allowed]
async fn list(caller: Option<Claims>) -> String {
    caller.map_or_else(String::new, |claims| format!("{claims:?}"))
}

#[test]
fn the_policy_is_the_written_one() {
    let router: Router = Router::new().route("/", get(list));
    assert_eq!(policies(&router), ["anonymous_allowed"]);
}
