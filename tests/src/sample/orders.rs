//! Orders: conditions on scopes. Below `/api/orders`.

use axum::Json;
use axum::extract::Path;
use jwt_guard::openapi::aide_0_15::{delete, get, patch, post, put};
use jwt_guard::policy::{Policy, Requirement, Rule};
use jwt_guard::{Router, requires, routes};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::LISTED;

mod scopes {
    pub(super) const SEARCH: &str = "orders:search";
}

#[derive(Serialize, JsonSchema, ToSchema)]
struct Order {
    id: u64,
    lines: Vec<Line>,
}

#[derive(Serialize, JsonSchema, ToSchema)]
struct Line {
    article: String,
}

#[derive(Deserialize, JsonSchema, IntoParams)]
#[into_params(parameter_in = Path)]
struct Id {
    id: u64,
}

#[derive(Deserialize, JsonSchema, IntoParams)]
#[into_params(parameter_in = Path)]
struct File {
    id: u64,
    name: String,
}

struct Auditors;

impl Policy for Auditors {
    const RULE: Rule = Rule::authenticated().with_requirement(Requirement::All(&[
        Requirement::Scope("audit:read"),
        Requirement::Not(&Requirement::Role("intern")),
    ]));
}

/// All orders.
#[utoipa::path(get, path = "/", responses((status = OK, body = Vec<Order>)))]
#[requires(scope = LISTED)]
async fn list() -> Json<Vec<Order>> {
    Json(Vec::new())
}

#[utoipa::path(post, path = "/", responses((status = OK, description = "made")))]
#[requires(scope = "orders:write", role = "clerk")]
async fn create() {}

/// One order.
#[utoipa::path(get, path = "/{id}", params(Id), responses((status = OK, body = Order)))]
#[requires(any(scope = "orders:read", scope = "orders:admin"))]
async fn read(Path(Id { id }): Path<Id>) -> Json<Order> {
    Json(Order { id, lines: vec![Line { article: "pen".to_owned() }] })
}

#[utoipa::path(put, path = "/{id}", params(Id), responses((status = OK)))]
#[requires(scope = "orders:write", any(role = "clerk", scope = "orders:admin"))]
async fn update(_order: Path<Id>) {}

#[utoipa::path(patch, path = "/{id}", params(Id), responses((status = OK)))]
#[requires(scope = "orders:write", not(role = "intern"))]
async fn change(_order: Path<Id>) {}

#[utoipa::path(delete, path = "/{id}", params(Id), responses((status = OK)))]
#[requires(scope = "orders:admin", fresh, reason = "nothing brings it back")]
async fn remove(_order: Path<Id>) {}

#[utoipa::path(get, path = "/{id}/files/{*name}", params(File), responses((status = OK, body = String)))]
#[requires(not(scope = "files:banned"))]
async fn file(Path(File { id, name }): Path<File>) -> String {
    format!("{id} {name}")
}

#[utoipa::path(post, path = "/search", responses((status = OK)))]
#[requires(scope = scopes::SEARCH)]
async fn search() {}

#[utoipa::path(post, path = "/{id}/cancel", params(Id), responses((status = OK)))]
#[requires(all(any(scope = "orders:write", scope = "orders:admin"), any(role = "clerk", role = "manager")))]
async fn cancel(_order: Path<Id>) {}

#[utoipa::path(get, path = "/{id}/audit", params(Id), responses((status = OK)))]
#[requires(policy = Auditors)]
async fn audit(_order: Path<Id>) {}

pub(in super::super) fn by_utoipa() -> Router {
    Router::new().routes(routes!(list, create, read, update, change, remove, file, search, cancel, audit))
}

pub(in super::super) fn by_aide() -> Router {
    Router::new()
        .route("/", get(list).merge(post(create)))
        .route("/{id}", get(read).merge(put(update)).merge(patch(change)).merge(delete(remove)))
        .route("/{id}/files/{*name}", get(file))
        .route("/search", post(search))
        .route("/{id}/cancel", post(cancel))
        .route("/{id}/audit", get(audit))
}
