//! An application with a login by cookies, and a logout that reads whatever a browser still has.

use axum::response::Response;
use jwt_guard::cookies::CookieSettings;
use jwt_guard::login::{LoginCredentials, LoginError};
use jwt_guard::session::Sessions;
use jwt_guard::setup::{Builder, HasAudience, HasKeys};
use jwt_guard::store::MemoryStore;
use jwt_guard::{JwtGuard, Principal, Router, routing};

use crate::login::builder;

#[jwt_guard::anonymous_allowed(credentials = "ignored")]
async fn log_in(guard: JwtGuard) -> Result<Response, LoginError> {
    guard.login("ada").cookies().respond().await
}

#[jwt_guard::anonymous_allowed(credentials = "ignored", reason = "dead cookies must not stop a logout")]
async fn log_out(guard: JwtGuard, credentials: LoginCredentials) -> Result<Response, LoginError> {
    guard.logout(&credentials).await
}

#[jwt_guard::authentication_required]
async fn me(caller: Principal) -> String {
    caller.subject().unwrap_or_default().to_owned()
}

pub(super) fn routes() -> Router {
    Router::new()
        .route("/login", routing::post(log_in))
        .route("/logout", routing::any(log_out))
        .route("/me", routing::get(me))
}

/// A guard that sets cookies.
pub(super) fn cookies() -> Builder<HasKeys, HasAudience> {
    builder().token_store(MemoryStore::new()).cookies(CookieSettings::new())
}

pub(super) fn with_sessions() -> (JwtGuard, Sessions) {
    let store = tower_sessions_memory_store::MemoryStore::default();
    let sessions = Sessions::builder(store).build().unwrap();
    (cookies().sessions(sessions.clone()).build().unwrap(), sessions)
}
