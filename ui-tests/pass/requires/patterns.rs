//! Patterns, `mut` and attributes on parameters.

use axum::extract::Query;
use axum::http::Method;
use jwt_guard::Router;
use jwt_guard::requires;
use jwt_guard::routing::get;
use serde::Deserialize;

use crate::policies;

#[derive(Deserialize)]
struct Page {
    from: u32,
    to: u32,
}

#[requires(scope = "orders:read")]
async fn list(
    Query(Page { from, mut to }): Query<Page>,
    #[allow(unused_variables)] method: Method,
    #[cfg(feature = "never")] nothing: Nothing,
    mut body: String,
) -> String {
    to += from;
    body.push_str(&to.to_string());
    body
}

#[test]
fn the_policy_is_the_written_one() {
    let router: Router = Router::new().route("/", get(list));
    assert_eq!(policies(&router), [r#"requires(scope = "orders:read")"#]);
}
