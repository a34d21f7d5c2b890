//! Handlers that issue and end tokens and sessions. Each counts that it ran.

use axum::Extension;
use axum::extract::Query;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use http::header::SET_COOKIE;
use jwt_guard::login::LoginError;
use jwt_guard::routing::post;
use jwt_guard::session::NewSession;
use jwt_guard::{
    JwtGuard, Principal, Router, anonymous_allowed, authentication_required, extract::Session, requires,
};
use serde::Deserialize;

use super::app::Ran;

#[derive(Deserialize)]
struct LoginForm {
    #[serde(rename = "as", default)]
    carrier: String,
    /// A claim of the application.
    claim: Option<String>,
}

#[anonymous_allowed(credentials = "ignored")]
async fn log_in(
    Extension(ran): Extension<Ran>,
    guard: JwtGuard,
    Query(form): Query<LoginForm>,
) -> Result<Response, LoginError> {
    ran.once();
    let login = guard.login("alice").scopes(["orders:read"]).roles(["clerk"]);
    let login = match form.claim {
        Some(name) => login.claim(name, "root"),
        None => login,
    };
    let login = match form.carrier.as_str() {
        "header" => login.header(),
        "cookies" => login.cookies(),
        _ => login,
    };
    login.respond().await
}

#[requires(token = "refresh")]
async fn refresh(
    Extension(ran): Extension<Ran>,
    guard: JwtGuard,
    caller: Principal,
) -> Result<Response, LoginError> {
    ran.once();
    guard.refresh(&caller).respond().await
}

#[authentication_required]
async fn log_out(
    Extension(ran): Extension<Ran>,
    guard: JwtGuard,
    caller: Principal,
) -> Result<Response, LoginError> {
    ran.once();
    guard.logout(&caller).await
}

#[authentication_required]
async fn log_out_everywhere(
    Extension(ran): Extension<Ran>,
    guard: JwtGuard,
    caller: Principal,
) -> Result<(), LoginError> {
    ran.once();
    guard.logout_everywhere(caller.subject().unwrap_or_default()).await
}

#[anonymous_allowed(credentials = "ignored")]
async fn open_session(Extension(ran): Extension<Ran>, guard: JwtGuard) -> Response {
    ran.once();
    let sessions = guard.sessions().unwrap();
    let session = NewSession::new("alice").scopes(["orders:read"]);
    let id = sessions.create(session).await.unwrap();
    ([(SET_COOKIE, sessions.set_cookie(&id))], "welcome").into_response()
}

#[authentication_required]
async fn rotate_session(Extension(ran): Extension<Ran>, session: Session<()>) -> Response {
    ran.once();
    match session.rotate().await.unwrap() {
        Some(cookie) => ([(SET_COOKIE, cookie)], "rotated").into_response(),
        None => StatusCode::CONFLICT.into_response(),
    }
}

#[authentication_required]
async fn end_session(Extension(ran): Extension<Ran>, session: Session<()>) -> Response {
    ran.once();
    ([(SET_COOKIE, session.delete().await.unwrap())], "bye").into_response()
}

/// The routes of logins and sessions.
pub(super) fn routes() -> Router {
    Router::new()
        .route("/login", post(log_in))
        .route("/refresh", post(refresh))
        .route("/logout", post(log_out))
        .route("/logout/everywhere", post(log_out_everywhere))
        .route("/session", post(open_session))
        .route("/session/rotate", post(rotate_session))
        .route("/session/end", post(end_session))
}
