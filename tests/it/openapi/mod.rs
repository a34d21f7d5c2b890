//! OpenAPI documents: what they say is what is enforced, whichever library writes them.

mod agreement;
mod by_aide;
mod by_utoipa;
mod faults;
mod schemes;
mod valid;

use jwt_guard::openapi::{Document, DocumentOptions};
use jwt_guard::{JwtGuard, Router};
use jwt_guard_tests::hs256;
use serde_json::Value;

/// The documents of one application by either library, each with its router.
fn both(guard: &JwtGuard, options: &DocumentOptions) -> [(Router, Value); 2] {
    let routers = [by_utoipa::router(), by_aide::router()].map(|router| router.with_guard(guard.clone()));
    let [utoipa, aide] = routers;
    let documents =
        [written(&utoipa, options, by_utoipa::empty()), written(&aide, options, by_aide::empty())];
    let [by_utoipa, by_aide] = documents;
    [(utoipa, by_utoipa), (aide, by_aide)]
}

fn written<D: Document + serde::Serialize>(
    router: &Router,
    options: &DocumentOptions,
    mut document: D,
) -> Value {
    router.access_table().document_with(options, &mut document).expect("both sides agree");
    serde_json::to_value(&document).expect("a document is JSON")
}

/// The documents with all defaults.
fn usual() -> [(Router, Value); 2] {
    both(&hs256(), &DocumentOptions::new())
}

/// Every operation of a document: method, path and content.
fn operations(document: &Value) -> Vec<(String, String, &Value)> {
    let paths = document["paths"].as_object().expect("paths");
    let all = paths.iter().flat_map(|(path, item)| {
        let item = item.as_object().expect("a path item");
        item.iter().map(move |(method, operation)| (method.to_uppercase(), path.clone(), operation))
    });
    all.collect()
}
