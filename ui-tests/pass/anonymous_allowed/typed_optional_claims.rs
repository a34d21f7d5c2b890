//! A caller who may be known, with claims of the application.

use jwt_guard::Router;
use jwt_guard::anonymous_allowed;
use jwt_guard::routing::get;
use serde::Deserialize;

use crate::policies;

#[derive(Debug, Deserialize)]
struct Custom {
    tenant: String,
}

#[anonymous_allowed]
async fn list(caller: Option<jwt_guard::Claims<Custom>>) -> String {
    caller.map_or_else(String::new, |claims| claims.tenant.clone())
}

#[test]
fn the_policy_is_the_written_one() {
    let router: Router = Router::new().route("/", get(list));
    assert_eq!(policies(&router), ["anonymous_allowed"]);
}
