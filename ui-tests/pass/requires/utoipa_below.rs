//! `utoipa::path` below.

use axum::Json;
use axum::extract::{Path, Query};
use jwt_guard::Router;
use jwt_guard::requires;
use jwt_guard::routing::get;
use serde::Deserialize;

use crate::policies;

#[derive(Deserialize, utoipa::IntoParams)]
struct Page {
    from: u32,
}

#[requires(scope = "orders:read")]
#[utoipa::path(get, path = "/orders/{id}", params(("id", description = "the order"), Page))]
async fn list(Path(id): Path<u64>, Query(page): Query<Page>) -> Json<u64> {
    Json(id + u64::from(page.from))
}

#[derive(utoipa::OpenApi)]
#[openapi(paths(list))]
struct Document;

#[test]
fn the_document_shows_the_parameters_and_no_guard() {
    use utoipa::OpenApi;
    let document = Document::openapi().to_json().expect("the document is JSON");
    // Both are found out from the arguments: the type of `id`, and that `from` is in the query.
    for part in [r#""name":"id","in":"path""#, r#""format":"int64""#, r#""name":"from","in":"query""#] {
        assert!(document.contains(part), "{document}");
    }
    assert!(!document.contains("JwtGuard"), "{document}");
}

#[test]
fn the_policy_is_the_written_one() {
    let router: Router = Router::new().route("/", get(list));
    assert_eq!(policies(&router), [r#"requires(scope = "orders:read")"#]);
}
