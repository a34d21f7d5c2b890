//! `tracing::instrument` above.

use axum::extract::Path;
use jwt_guard::Router;
use jwt_guard::requires;
use jwt_guard::routing::get;

use crate::policies;

#[tracing::instrument(skip(body), ret)]
#[requires(scope = "orders:read")]
async fn list(Path(id): Path<u64>, body: String) -> String {
    format!("{id} {body}")
}

#[test]
fn the_policy_is_the_written_one() {
    let router: Router = Router::new().route("/", get(list));
    assert_eq!(policies(&router), [r#"requires(scope = "orders:read")"#]);
}
