//! All options at once, with a comma at the end.

use jwt_guard::Router;
use jwt_guard::anonymous_allowed;
use jwt_guard::routing::get;

use crate::policies;

#[anonymous_allowed(expired = "anonymous", reason = "a shop window", crate = ::jwt_guard,)]
async fn list() {}

#[test]
fn the_policy_is_the_written_one() {
    let router: Router = Router::new().route("/", get(list));
    assert_eq!(policies(&router), [r#"anonymous_allowed(expired = "anonymous")"#]);
}
