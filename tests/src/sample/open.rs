//! Routes that every caller may call, each in its way.

use jwt_guard::openapi::aide_0_15::{get, post};
use jwt_guard::{Router, anonymous_allowed, routes};

#[utoipa::path(get, path = "/", responses((status = OK)))]
#[anonymous_allowed]
async fn front() {}

#[utoipa::path(get, path = "/catalogue", responses((status = OK)))]
#[anonymous_allowed(reason = "a secret of its authors")]
async fn catalogue() {}

#[utoipa::path(get, path = "/news", responses((status = OK)))]
#[anonymous_allowed(expired = "anonymous")]
async fn news() {}

#[utoipa::path(post, path = "/login", responses((status = OK)))]
#[anonymous_allowed(credentials = "ignored")]
async fn login() {}

#[utoipa::path(post, path = "/logout", responses((status = OK)))]
#[anonymous_allowed(credentials = "ignored", reason = "a dead cookie must not stop it")]
async fn logout() {}

pub(super) fn by_utoipa() -> Router {
    Router::new().routes(routes!(front, catalogue, news, login, logout))
}

pub(super) fn by_aide() -> Router {
    Router::new()
        .route("/", get(front))
        .route("/catalogue", get(catalogue))
        .route("/news", get(news))
        .route("/login", post(login))
        .route("/logout", post(logout))
}
