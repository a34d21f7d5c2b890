//! Handlers that exist only under a condition, above and below the attribute.

use jwt_guard::Router;
use jwt_guard::requires;
use jwt_guard::routing::get;

use crate::policies;

#[requires(scope = "orders:write")]
#[cfg(feature = "never")]
async fn list() -> Nothing {}

#[cfg(not(feature = "never"))]
#[requires(scope = "orders:read")]
async fn list() {}

#[cfg_attr(not(feature = "never"), cfg(any()))]
#[requires(scope = "orders:write")]
async fn update() -> Nothing {}

#[requires(scope = "orders:write")]
#[cfg_attr(not(feature = "never"), cfg(any()), doc = "never")]
async fn update() -> Nothing {}

#[test]
fn the_policy_is_the_written_one() {
    let router: Router = Router::new().route("/", get(list));
    assert_eq!(policies(&router), [r#"requires(scope = "orders:read")"#]);
}
