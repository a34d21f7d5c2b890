//! People and their accounts: conditions on claims, freshness, refresh tokens, the way to the login.

use jwt_guard::openapi::aide_0_15::{delete, get, post, put};
use jwt_guard::{Router, authentication_required, requires, routes};

#[utoipa::path(get, path = "/me", responses((status = OK)))]
#[authentication_required]
async fn me() {}

#[utoipa::path(put, path = "/me", responses((status = OK)))]
#[authentication_required(fresh)]
async fn rename() {}

#[utoipa::path(delete, path = "/me", operation_id = "remove_me", responses((status = OK)))]
#[requires(fresh, reason = "nothing brings it back")]
async fn remove() {}

#[utoipa::path(get, path = "/me/orders", responses((status = OK)))]
#[requires(claim("tenant") = "acme")]
async fn orders() {}

#[utoipa::path(get, path = "/me/realm", responses((status = OK)))]
#[requires(claim("realm", "name") = "shop", scope = "profile")]
async fn realm() {}

#[utoipa::path(get, path = "/me/limit", responses((status = OK)))]
#[requires(claim("level") = 3)]
async fn limit() {}

#[utoipa::path(get, path = "/me/beta", responses((status = OK)))]
#[authentication_required(claim("beta") = true)]
async fn beta() {}

#[utoipa::path(get, path = "/account", responses((status = OK)))]
#[authentication_required(redirect = "/login")]
async fn account() {}

#[utoipa::path(post, path = "/account", responses((status = OK)))]
#[requires(role = "customer", redirect = "/login")]
async fn change_account() {}

#[utoipa::path(post, path = "/tokens", responses((status = OK)))]
#[requires(token = "refresh")]
async fn renew() {}

#[utoipa::path(delete, path = "/tokens", responses((status = OK)))]
#[authentication_required(token = "refresh", reason = "a logout of what is left")]
async fn forget() {}

pub(super) fn by_utoipa() -> Router {
    Router::new().routes(routes!(
        me,
        rename,
        remove,
        orders,
        realm,
        limit,
        beta,
        account,
        change_account,
        renew,
        forget
    ))
}

pub(super) fn by_aide() -> Router {
    Router::new()
        .route("/me", get(me).merge(put(rename)).merge(delete(remove)))
        .route("/me/orders", get(orders))
        .route("/me/realm", get(realm))
        .route("/me/limit", get(limit))
        .route("/me/beta", get(beta))
        .route("/account", get(account).merge(post(change_account)))
        .route("/tokens", post(renew).merge(delete(forget)))
}
