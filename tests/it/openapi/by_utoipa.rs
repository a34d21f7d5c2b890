//! The application of these tests, documented by utoipa.

use axum::Json;
use axum::extract::Path;
use jwt_guard::{Claims, Principal, Router, anonymous_allowed, authentication_required, requires, routes};
use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};

#[derive(Serialize, Deserialize, ToSchema)]
struct Order {
    id: u64,
    lines: Vec<Line>,
}

#[derive(Serialize, Deserialize, ToSchema)]
struct Line {
    article: String,
}

mod orders {
    use super::*;

    /// Ours below utoipa's.
    #[utoipa::path(get, path = "/orders/{id}", responses((status = OK, body = Order)))]
    #[requires(any(scope = "orders:read", scope = "orders:admin"), reason = "a secret of the authors")]
    pub(super) async fn read(Path(id): Path<u64>) -> Json<Order> {
        Json(Order { id, lines: Vec::new() })
    }

    /// Ours above utoipa's.
    #[requires(scope = "orders:write", any(role = "clerk", scope = "orders:admin"))]
    #[utoipa::path(put, path = "/orders/{id}", responses((status = OK, body = Order)))]
    pub(super) async fn update(Path(id): Path<u64>, Json(order): Json<Order>) -> Json<Order> {
        Json(Order { id, lines: order.lines })
    }

    #[utoipa::path(delete, path = "/orders/{id}", responses((status = NO_CONTENT), (status = 403, description = "our own words")))]
    #[requires(scope = "orders:admin", fresh)]
    pub(super) async fn remove(Path(_id): Path<u64>) {}

    #[utoipa::path(post, path = "/orders", responses((status = CREATED)))]
    #[requires(scope = "orders:write", claim("tenant") = "acme")]
    pub(super) async fn create(Json(_order): Json<Order>) {}

    #[jwt_guard::check]
    async fn is_open() -> bool {
        true
    }

    #[utoipa::path(get, path = "/orders/{id}/files/{*name}", params(("id" = u64, Path), ("name" = String, Path)), responses((status = OK)))]
    #[requires(not(role = "guest"), check = is_open)]
    pub(super) async fn file(path: Path<(u64, String)>) -> String {
        let Path((_, name)) = path;
        name
    }
}

#[utoipa::path(get, path = "/catalogue", responses((status = OK, body = String)))]
#[anonymous_allowed(reason = "a secret of the authors")]
async fn catalogue(_caller: Option<Claims>) -> &'static str {
    "catalogue"
}

#[utoipa::path(get, path = "/me", responses((status = OK, body = String)))]
#[authentication_required]
async fn me(caller: Principal) -> String {
    caller.subject().unwrap_or_default().to_owned()
}

#[utoipa::path(post, path = "/renewal", responses((status = OK)))]
#[requires(token = "refresh")]
async fn renewal() {}

#[utoipa::path(get, path = "/account", responses((status = OK)))]
#[authentication_required(redirect = "/login")]
async fn account() {}

#[derive(Serialize, ToSchema)]
struct SalaryReport {
    salary: u64,
}

#[utoipa::path(get, path = "/secret", responses((status = OK, body = SalaryReport)))]
#[requires(role = "clerk", deny_as = "not_found")]
async fn secret() -> Json<SalaryReport> {
    Json(SalaryReport { salary: 1 })
}

#[utoipa::path(post, path = "/login", responses((status = OK)))]
#[anonymous_allowed(credentials = "ignored")]
async fn login() {}

#[derive(OpenApi)]
#[openapi(info(title = "orders", version = "1"))]
struct Api;

pub(super) fn empty() -> utoipa::openapi::OpenApi {
    Api::openapi()
}

pub(super) fn router() -> Router {
    let orders = routes!(orders::read, orders::update, orders::remove, orders::create, orders::file);
    Router::new()
        .nest("/api", Router::new().routes(orders))
        .merge(Router::new().routes(routes!(catalogue, me)))
        .routes(routes!(renewal, account, secret, login))
}
