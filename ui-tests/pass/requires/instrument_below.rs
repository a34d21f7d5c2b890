//! `tracing::instrument` below.

use axum::extract::Path;
use jwt_guard::Router;
use jwt_guard::requires;
use jwt_guard::routing::get;

use crate::policies;

#[requires(scope = "orders:read")]
#[tracing::instrument(skip(body), ret)]
async fn list(Path(id): Path<u64>, body: String) -> String {
    format!("{id} {body}")
}

#[test]
fn the_policy_is_the_written_one() {
    let router: Router = Router::new().route("/", get(list));
    assert_eq!(policies(&router), [r#"requires(scope = "orders:read")"#]);
}
