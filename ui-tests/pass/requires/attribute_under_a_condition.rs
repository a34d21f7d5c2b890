//! An attribute that is written under a condition.

use jwt_guard::Router;
use jwt_guard::requires;
use jwt_guard::routing::get;

use crate::policies;

#[cfg_attr(not(feature = "never"), requires(scope = "orders:read"))]
#[cfg_attr(feature = "never", requires(scope = "orders:write"))]
async fn list() {}

#[test]
fn the_policy_is_the_written_one() {
    let router: Router = Router::new().route("/", get(list));
    assert_eq!(policies(&router), [r#"requires(scope = "orders:read")"#]);
}
