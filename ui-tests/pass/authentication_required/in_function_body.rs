//! A handler inside a function.

use jwt_guard::Router;
use jwt_guard::authentication_required;
use jwt_guard::routing::get;

fn router() -> Router {
    #[authentication_required]
    async fn list() -> &'static str {
        "orders"
    }
    Router::new().route("/", get(list))
}

#[test]
fn the_policy_is_the_written_one() {
    assert_eq!(crate::policies(&router()), ["authentication_required"]);
}
