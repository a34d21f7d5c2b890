//! A handler with a lifetime parameter.

use jwt_guard::Router;
use jwt_guard::requires;
use jwt_guard::routing::get;
use std::borrow::Cow;

use crate::policies;

#[requires(scope = "orders:read")]
async fn list<'a>() -> Cow<'a, str>
where
    'a: 'static,
{
    Cow::Borrowed("orders")
}

#[test]
fn the_policy_is_the_written_one() {
    let router: Router = Router::new().route("/", get(list));
    assert_eq!(policies(&router), [r#"requires(scope = "orders:read")"#]);
}
