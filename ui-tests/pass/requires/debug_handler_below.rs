//! axum's `debug_handler` sees the guard as one extractor more.

use axum::extract::Path;
use axum::http::StatusCode;
use jwt_guard::Router;
use jwt_guard::requires;
use jwt_guard::routing::get;

use crate::policies;

#[requires(scope = "orders:read")]
#[axum::debug_handler]
async fn list(Path(_id): Path<u64>, _body: String) -> StatusCode {
    StatusCode::OK
}

#[requires(scope = "orders:write")]
#[axum::debug_handler(state = ())]
async fn update() {}

#[test]
fn the_policy_is_the_written_one() {
    let router: Router = Router::new().route("/", get(list).post(update));
    assert_eq!(
        policies(&router),
        [r#"requires(scope = "orders:read")"#, r#"requires(scope = "orders:write")"#]
    );
}
