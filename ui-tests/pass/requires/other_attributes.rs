//! Attributes that stay with the handler.

use jwt_guard::Router;
use jwt_guard::requires;
use jwt_guard::routing::get;

/// Docs.
#[inline(never)]
#[must_use]
#[requires(scope = "orders:read")]
#[deprecated = "use another"]
#[allow(clippy::unused_async)]
async fn list() -> &'static str {
    "orders"
}

#[test]
#[expect(deprecated, reason = "the handler is deprecated, its policy is not")]
fn the_policy_is_the_written_one() {
    let router: Router = Router::new().route("/", get(list));
    assert_eq!(crate::policies(&router), [r#"requires(scope = "orders:read")"#]);
}
