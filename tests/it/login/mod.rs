//! Logins, refreshes and logouts over HTTP, with tokens in bodies, headers and cookies.

mod anonymous_logout;
mod answers;
mod cluster;
mod dead_tokens;
mod endpoints;
mod full_feed;
mod full_store;
mod life;
mod logout;
mod other_guards;
mod refresh;
mod rotated_session;
mod shared_store;
mod silence;
pub(crate) mod store;
mod two_processes;
mod unknown_keys;
mod unwritten;

use std::collections::HashMap;
use std::time::Duration;

use axum::extract::Query;
use axum::response::Response;
use jwt_guard::cookies::CookieSettings;
use jwt_guard::login::{LoginCredentials, LoginError};
use jwt_guard::setup::{Builder, HasAudience, HasKeys};
use jwt_guard::store::MemoryStore;
use jwt_guard::{Algorithm, JwtGuard, Principal, Router, SigningKey, routing};
use jwt_guard_tests::{AUDIENCE, Answer, ISSUER, ManualClock, Outcome, Request, Server};
use serde_json::Value;

/// What `/me` answers to a token of [`login`].
pub(crate) const ADA: Outcome<'_> = Outcome::ok("ada");

/// 403 for a request that another site may have caused.
pub(crate) const CROSS_SITE: Outcome<'_> = Outcome {
    status: 403,
    challenge: Some(r#"Bearer realm="api""#),
    body: r#"{"title":"Forbidden","status":403,"detail":"the request may come from another site"}"#,
};

/// 503, and no verdict.
pub(crate) const UNAVAILABLE: Outcome<'_> = Outcome {
    status: 503,
    challenge: None,
    body: r#"{"title":"Service Unavailable","status":503,"detail":"authentication is not available at the moment"}"#,
};

pub(crate) fn builder() -> Builder<HasKeys, HasAudience> {
    let key = SigningKey::secret(Algorithm::Hs256, jwt_guard_tests::secret(7)).unwrap();
    JwtGuard::builder().signing_key(key).issuer(ISSUER).audience(AUDIENCE).clock(ManualClock::new())
}

/// A guard with a memory store and default cookies.
pub(crate) fn guard() -> JwtGuard {
    builder().token_store(MemoryStore::new()).cookies(CookieSettings::new()).build().unwrap()
}

pub(crate) async fn serve(guard: JwtGuard) -> Server {
    let app = Router::new()
        .route("/login", routing::post(log_in))
        .route("/refresh", routing::post(refresh))
        .route("/logout", routing::post(log_out))
        .route("/logout/everywhere", routing::post(log_out_everywhere))
        .route("/leave", routing::post(leave))
        .route("/me", routing::get(me).post(me).delete(me))
        .route("/echo", routing::post(echo))
        .route("/cookies", routing::get(cookies))
        .unguarded("public keys", guard.jwks_route("/jwks.json"))
        .layer(guard.csrf_form_field("csrf_token"))
        .with_guard(guard);
    Server::start(app.into_axum()).await
}

#[jwt_guard::anonymous_allowed(credentials = "ignored")]
async fn log_in(
    guard: JwtGuard,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Response, LoginError> {
    let login = guard.login("ada").scopes(["orders:read"]).roles(["clerk"]).claim("tenant", "acme");
    let login = match query.get("form").map(String::as_str) {
        Some("header") => login.header(),
        Some("cookies") => login.cookies(),
        Some("both") => login.cookies_and_json(),
        _ => login,
    };
    login.respond().await
}

#[jwt_guard::requires(token = "refresh")]
async fn refresh(guard: JwtGuard, caller: Principal) -> Result<Response, LoginError> {
    guard.refresh(&caller).respond().await
}

#[jwt_guard::authentication_required]
async fn log_out(guard: JwtGuard, caller: Principal) -> Result<Response, LoginError> {
    guard.logout(&caller).await
}

#[jwt_guard::anonymous_allowed(credentials = "ignored", reason = "dead tokens must not stop a logout")]
async fn leave(guard: JwtGuard, credentials: LoginCredentials) -> Result<Response, LoginError> {
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

#[jwt_guard::authentication_required]
async fn echo(body: String) -> String {
    body
}

/// The cookies that a handler sees.
#[jwt_guard::authentication_required]
async fn cookies(headers: http::HeaderMap) -> String {
    headers.get("cookie").map_or("", |value| value.to_str().unwrap()).to_owned()
}

pub(crate) fn post(target: &str) -> Request {
    Request::new("POST", target)
}

/// The tokens of a login, or of a refresh, that were answered as JSON.
#[derive(Clone, Debug)]
pub(crate) struct Pair {
    pub(crate) access: String,
    pub(crate) refresh: String,
}

impl Pair {
    #[track_caller]
    pub(crate) fn of(answer: &Answer) -> Self {
        assert_eq!(answer.status, 200, "{answer:?}");
        let body: Value = serde_json::from_str(&answer.body).unwrap();
        let text = |name: &str| body[name].as_str().unwrap().to_owned();
        Self { access: text("access_token"), refresh: text("refresh_token") }
    }
}

pub(crate) async fn login(server: &Server) -> Pair {
    Pair::of(&server.send(post("/login")).await)
}

/// The cookies of a browser: what it was told to keep.
#[derive(Clone, Debug, Default)]
pub(crate) struct Jar(pub(crate) HashMap<String, String>);

impl Jar {
    pub(crate) async fn login(server: &Server) -> Self {
        let mut jar = Self::default();
        jar.keep(&server.send(post("/login?form=cookies")).await);
        jar
    }

    pub(crate) fn keep(&mut self, answer: &Answer) {
        for line in answer.headers.get_all("set-cookie") {
            let line = line.to_str().unwrap();
            let (name, rest) = line.split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            if rest.contains("Max-Age=0;") {
                self.0.remove(name);
            } else {
                self.0.insert(name.to_owned(), value.to_owned());
            }
        }
    }

    pub(crate) fn csrf(&self) -> &str {
        &self.0["csrf_access_token"]
    }

    /// The request with all cookies, as a browser sends them.
    pub(crate) fn on(&self, request: Request) -> Request {
        let pairs: Vec<_> = self.0.iter().map(|(name, value)| format!("{name}={value}")).collect();
        request.header("cookie", pairs.join("; "))
    }

    pub(crate) async fn send(&self, server: &Server, request: Request) -> Answer {
        server.send(self.on(request)).await
    }

    pub(crate) async fn refresh(&self, server: &Server) -> Answer {
        let csrf = self.0["csrf_refresh_token"].as_str();
        self.send(server, post("/refresh").header("x-csrf-token", csrf)).await
    }
}

pub(crate) const MINUTE: Duration = Duration::from_secs(60);
