//! A return type of which only the trait is known.

use axum::http::StatusCode;
use axum::response::IntoResponse;
use jwt_guard::Router;
use jwt_guard::requires;
use jwt_guard::routing::get;

use crate::policies;

#[requires(scope = "orders:read")]
async fn list() -> impl IntoResponse {
    (StatusCode::ACCEPTED, [("x-orders", "7")], "orders")
}

#[test]
fn the_policy_is_the_written_one() {
    let router: Router = Router::new().route("/", get(list));
    assert_eq!(policies(&router), [r#"requires(scope = "orders:read")"#]);
}
