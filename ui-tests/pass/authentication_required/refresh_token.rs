//! A refresh token instead of an access token.

use jwt_guard::Router;
use jwt_guard::authentication_required;
use jwt_guard::routing::get;

use crate::policies;

#[authentication_required(token = "refresh")]
async fn list() {}

#[test]
fn the_policy_is_the_written_one() {
    let router: Router = Router::new().route("/", get(list));
    assert_eq!(policies(&router), [r#"authentication_required(token = "refresh")"#]);
}
