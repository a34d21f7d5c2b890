//! A refresh token and conditions. The table names the token first, wherever it is written.

use jwt_guard::Router;
use jwt_guard::requires;
use jwt_guard::routing::get;

use crate::policies;

#[requires(scope = "orders:read", token = "refresh", not(role = "guest"))]
async fn list() {}

#[test]
fn the_policy_is_the_written_one() {
    let router: Router = Router::new().route("/", get(list));
    assert_eq!(
        policies(&router),
        [r#"requires(token = "refresh", scope = "orders:read", not(role = "guest"))"#]
    );
}
