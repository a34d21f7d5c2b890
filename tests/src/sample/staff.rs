//! Staff, and what they alone may know of: conditions on roles, hidden routes.

use jwt_guard::openapi::aide_0_15::{get, post};
use jwt_guard::{Router, authentication_required, requires, routes};

mod roles {
    pub(super) const CLERK: &str = "clerk";
}

#[utoipa::path(get, path = "/staff", responses((status = OK)))]
#[requires(role = roles::CLERK)]
async fn staff() {}

#[utoipa::path(get, path = "/staff/all", responses((status = OK)))]
#[requires(all(role = "clerk", role = "manager"))]
async fn all() {}

#[utoipa::path(get, path = "/staff/any", responses((status = OK)))]
#[requires(any(role = "clerk", role = "manager"))]
async fn any() {}

#[utoipa::path(get, path = "/staff/others", responses((status = OK)))]
#[requires(not(any(role = "intern", role = "guest")))]
async fn others() {}

#[utoipa::path(get, path = "/staff/mixed", responses((status = OK)))]
#[requires(any(all(scope = "staff:read", role = "clerk"), role = "manager", claim("tenant") = "acme"))]
async fn mixed() {}

#[utoipa::path(get, path = "/staff/either", responses((status = OK)))]
#[requires(any(fresh, scope = "staff:read"))]
async fn either() {}

#[utoipa::path(get, path = "/hidden", responses((status = OK)))]
#[requires(role = "manager", deny_as = "not_found")]
async fn hidden() {}

#[utoipa::path(post, path = "/hidden", responses((status = OK)))]
#[requires(scope = "hidden:write", deny_as = "not_found")]
async fn change_hidden() {}

#[utoipa::path(get, path = "/hidden/me", responses((status = OK)))]
#[authentication_required(deny_as = "not_found", reason = "a secret of its authors")]
async fn hidden_me() {}

pub(super) fn by_utoipa() -> Router {
    Router::new().routes(routes!(staff, all, any, others, mixed, either, hidden, change_hidden, hidden_me))
}

pub(super) fn by_aide() -> Router {
    Router::new()
        .route("/staff", get(staff))
        .route("/staff/all", get(all))
        .route("/staff/any", get(any))
        .route("/staff/others", get(others))
        .route("/staff/mixed", get(mixed))
        .route("/staff/either", get(either))
        .route("/hidden", get(hidden).merge(post(change_hidden)))
        .route("/hidden/me", get(hidden_me))
}
