//! The application: logins, refreshes, logouts, and a route that asks for a token.

use std::io;
use std::net::Ipv4Addr;

use axum::extract::Path;
use axum::response::Response;
use jwt_guard::login::{LoginCredentials, LoginError};
use jwt_guard::setup::{Builder, HasAudience, HasKeys, TokenLocation};
use jwt_guard::{Algorithm, JwtGuard, Principal, Router, SigningKey, routing};
use jwt_guard_benches::{AUDIENCE, ISSUER, Wire};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

#[jwt_guard::anonymous_allowed(credentials = "ignored")]
async fn log_in(guard: JwtGuard, Path(who): Path<String>) -> Result<Response, LoginError> {
    guard.login(who).json().respond().await
}

#[jwt_guard::authentication_required(token = "refresh")]
async fn go_on(guard: JwtGuard, caller: Principal) -> Result<Response, LoginError> {
    guard.refresh(&caller).respond().await
}

#[jwt_guard::authentication_required]
async fn log_out_with_one(guard: JwtGuard, caller: Principal) -> Result<Response, LoginError> {
    guard.logout(&caller).await
}

/// As for a browser: it ends whatever is good of what the client still has.
#[jwt_guard::anonymous_allowed(credentials = "ignored")]
async fn log_out_with_all(guard: JwtGuard, credentials: LoginCredentials) -> Result<Response, LoginError> {
    guard.logout(&credentials).await
}

#[jwt_guard::authentication_required]
async fn log_out_everywhere(guard: JwtGuard, caller: Principal) -> Result<(), LoginError> {
    guard.logout_everywhere(caller.subject().unwrap_or_default()).await
}

#[jwt_guard::authentication_required]
async fn me(caller: Principal) -> String {
    caller.subject().unwrap_or_default().to_owned()
}

/// The header of the refresh token of a client that sends both.
const SECOND: &str = "x-refresh-token";

/// A guard that signs: all nodes have its key.
pub(crate) fn builder() -> Builder<HasKeys, HasAudience> {
    let key =
        SigningKey::secret(Algorithm::Hs256, "kq8Vx2nP0sLr5TzYb7Jw3GfDh9Mc4Ea1").expect("a strong secret");
    let builder = JwtGuard::builder().signing_key(key).issuer(ISSUER).audience(AUDIENCE);
    builder.locations([TokenLocation::bearer(), TokenLocation::header(SECOND)])
}

/// A node of the application, in this process. It ends with the value.
pub(crate) struct Node {
    pub(crate) port: u16,
    task: JoinHandle<io::Result<()>>,
}

impl Node {
    pub(crate) async fn start(guard: JwtGuard) -> Self {
        Self::start_at(0, guard).await
    }

    /// At this port; 0 is any.
    pub(crate) async fn start_at(port: u16, guard: JwtGuard) -> Self {
        let app = Router::new()
            .route("/login/{who}", routing::post(log_in))
            .route("/refresh", routing::post(go_on))
            .route("/logout", routing::post(log_out_with_one))
            .route("/logout/all", routing::post(log_out_with_all))
            .route("/logout/everywhere", routing::post(log_out_everywhere))
            .route("/me", routing::get(me))
            .with_guard(guard);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.expect("a port");
        let port = listener.local_addr().expect("its address").port();
        Self { port, task: tokio::spawn(async move { axum::serve(listener, app).await }) }
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// The tokens of a login.
pub(crate) struct Tokens {
    pub(crate) access: String,
    pub(crate) refresh: String,
}

/// Logs in, and returns the tokens, or the status that came instead.
pub(crate) async fn login(wire: &mut Wire, who: &str) -> Result<Tokens, u16> {
    let request = format!("POST /login/{who} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 0\r\n\r\n");
    match wire.ask(request.as_bytes()).await.unwrap_or(0) {
        200 => tokens(wire).ok_or(0),
        status => Err(status),
    }
}

/// Refreshes a login, and returns its new tokens, or the status that came instead.
pub(crate) async fn refresh(wire: &mut Wire, token: &str) -> Result<Tokens, u16> {
    match send(wire, "POST", "/refresh", token).await {
        200 => tokens(wire).ok_or(0),
        status => Err(status),
    }
}

/// The tokens in the last answer.
fn tokens(wire: &Wire) -> Option<Tokens> {
    let body: serde_json::Value = serde_json::from_slice(wire.body()).ok()?;
    let [access, refresh] =
        ["access_token", "refresh_token"].map(|name| body.get(name)?.as_str().map(str::to_owned));
    Some(Tokens { access: access?, refresh: refresh? })
}

/// Logs out with the access token, or with both tokens, and returns the status.
pub(crate) async fn log_out(wire: &mut Wire, tokens: &Tokens, with_both: bool) -> u16 {
    if !with_both {
        return send(wire, "POST", "/logout", &tokens.access).await;
    }
    let Tokens { access, refresh } = tokens;
    let request = format!(
        "POST /logout/all HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {access}\r\n\
         {SECOND}: {refresh}\r\ncontent-length: 0\r\n\r\n"
    );
    wire.ask(request.as_bytes()).await.unwrap_or(0)
}

/// The status of a request with a token; 0 if the connection breaks.
pub(crate) async fn send(wire: &mut Wire, method: &str, path: &str, token: &str) -> u16 {
    let request = format!(
        "{method} {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\ncontent-length: 0\r\n\r\n"
    );
    wire.ask(request.as_bytes()).await.unwrap_or(0)
}
