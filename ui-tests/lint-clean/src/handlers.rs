//! The handlers.

use std::convert::Infallible;
use std::future::ready;

use axum::extract::Path;
use axum::http::{HeaderMap, Method, StatusCode, Uri, Version};
use jwt_guard::{Claims, Principal, anonymous_allowed, authentication_required, requires};

use crate::policies::{self, Staff};

/// What is on offer.
#[anonymous_allowed(expired = "anonymous", reason = "a shop window")]
#[inline]
pub async fn catalogue(caller: Option<Claims>) -> &'static str {
    ready(if caller.is_some() { "welcome back" } else { "welcome" }).await
}

/// Who is calling.
#[authentication_required(redirect = "/login")]
#[inline]
pub async fn me(principal: Principal) -> String {
    ready(format!("{principal:?}")).await
}

/// Whether it is open.
#[jwt_guard::check]
#[inline]
pub async fn is_open(method: Method) -> bool {
    ready(method == Method::GET).await
}

/// Whether the caller is known.
#[jwt_guard::check]
async fn is_known(principal: Principal) -> Result<bool, Infallible> {
    ready(Ok(principal.is_authenticated())).await
}

/// With checks.
#[authentication_required(check = is_open, check = is_known)]
#[inline]
pub async fn checked() -> &'static str {
    ready("checked").await
}

/// Whose page it is.
#[requires(owner = "id", scope = policies::Scope::Read)]
#[inline]
pub async fn owned() -> &'static str {
    ready("owned").await
}

/// Changes an order.
///
/// # Errors
///
/// When there is no such order.
#[inline]
#[requires(
    scope = policies::WRITE,
    any(policy = Staff, role = "Site Admin", not(claim("realm", "level") = -3)),
    claim("verified") = true,
    deny_as = "not_found"
)]
pub async fn update(Path(id): Path<u64>, body: String) -> Result<String, StatusCode> {
    ready(if id == 0 { Err(StatusCode::NOT_FOUND) } else { Ok(body) }).await
}

/// Takes as many extractors as clippy lets a function have parameters.
#[inline]
#[requires(role = "clerk")]
pub async fn seven(
    _method: Method,
    _headers: HeaderMap,
    _uri: Uri,
    _version: Version,
    _claims: Claims,
    _principal: Principal,
    _body: String,
) -> StatusCode {
    ready(StatusCode::OK).await
}

pub(crate) mod internal {
    //! Handlers that only this crate names.

    use std::future::ready;

    use jwt_guard::Router;
    use jwt_guard::routing::get;

    #[jwt_guard::requires(scope = "internal")]
    pub(crate) async fn in_crate() -> &'static str {
        ready("in the crate").await
    }

    #[jwt_guard::requires(scope = "internal")]
    pub(super) async fn above() -> &'static str {
        ready("in the module above").await
    }

    #[jwt_guard::authentication_required]
    async fn here() -> &'static str {
        ready("in this module").await
    }

    pub(crate) fn router() -> Router {
        Router::new().route("/internal", get(in_crate).post(above).put(here))
    }
}
