//! Credentials are ignored; extractors with an optional caller are allowed.

use jwt_guard::routing::post;
use jwt_guard::{Claims, Principal, Router, anonymous_allowed};

use crate::policies;

#[anonymous_allowed(credentials = "ignored", reason = "a login")]
async fn login(_caller: Principal, _claims: Option<Claims>, _form: String) {}

#[test]
fn the_policy_is_the_written_one() {
    let router: Router = Router::new().route("/", post(login));
    assert_eq!(policies(&router), ["anonymous_allowed(credentials = \"ignored\")"]);
}
