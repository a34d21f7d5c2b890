//! An argument of a type of which only the trait is known: a closure says which, and stays guarded.

use axum::body::Bytes;
use jwt_guard::Router;
use jwt_guard::requires;
use jwt_guard::routing::get;

use crate::policies;

#[requires(scope = "orders:read")]
async fn list(bytes: impl AsRef<[u8]>) -> String {
    bytes.as_ref().len().to_string()
}

#[test]
fn the_policy_is_the_written_one() {
    let router: Router = Router::new().route("/", get(|guard, body: Bytes| list(guard, body)));
    assert_eq!(policies(&router), [r#"requires(scope = "orders:read")"#]);
}
