//! A return type that can be an error.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use jwt_guard::Router;
use jwt_guard::requires;
use jwt_guard::routing::get;

use crate::policies;

#[requires(scope = "orders:read")]
async fn list(Path(id): Path<u64>) -> Result<Json<u64>, (StatusCode, String)> {
    let order = id.checked_sub(1).ok_or_else(|| (StatusCode::NOT_FOUND, id.to_string()))?;
    Ok(Json(order))
}

#[test]
fn the_policy_is_the_written_one() {
    let router: Router = Router::new().route("/", get(list));
    assert_eq!(policies(&router), [r#"requires(scope = "orders:read")"#]);
}
