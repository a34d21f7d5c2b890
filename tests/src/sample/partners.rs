//! What partners may call, with tokens in a header of their own. Below `/partners`.

use jwt_guard::openapi::aide_0_15::{get, put};
use jwt_guard::{Router, anonymous_allowed, authentication_required, requires, routes};

#[utoipa::path(get, path = "/stock", responses((status = OK)))]
#[requires(scope = "stock:read")]
async fn stock() {}

#[utoipa::path(put, path = "/stock", responses((status = OK)))]
#[requires(scope = "stock:write", role = "partner")]
async fn change_stock() {}

#[utoipa::path(get, path = "/me", operation_id = "partner", responses((status = OK)))]
#[authentication_required]
async fn me() {}

#[utoipa::path(get, path = "/news", operation_id = "partner_news", responses((status = OK)))]
#[anonymous_allowed]
async fn news() {}

pub(super) fn by_utoipa() -> Router {
    Router::new().routes(routes!(stock, change_stock, me, news))
}

pub(super) fn by_aide() -> Router {
    Router::new()
        .route("/stock", get(stock).merge(put(change_stock)))
        .route("/me", get(me))
        .route("/news", get(news))
}
