//! A handler under axum's own router.

use axum::Router;
use axum::routing::get;
use jwt_guard::requires;

#[requires(scope = "orders:read")]
async fn list() {}

#[test]
fn a_handler_is_a_handler() {
    let _router: Router = Router::new().route("/", get(list));
}
