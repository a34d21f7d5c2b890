//! The application: a guard that reads tokens and sessions in cookies, and two logins and a session of it.

use std::sync::LazyLock;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::response::Response;
use http::header::{HeaderMap, SET_COOKIE};
use http::{Method, Request};
use jwt_guard::cookies::CookieSettings;
use jwt_guard::login::{LoginCredentials, LoginError};
use jwt_guard::routing::any;
use jwt_guard::session::{NewSession, Sessions};
use jwt_guard::setup::TokenCache;
use jwt_guard::store::MemoryStore;
use jwt_guard::{Algorithm, JwtGuard, Principal, Router, SigningKey};
use tower::ServiceExt as _;

use super::expected::values;
use crate::common::{SECRET, Stopped, ready};

pub(super) const ACCESS: &str = "__Host-access_token";
pub(super) const REFRESH: &str = "__Host-refresh_token";
pub(super) const SESSION: &str = "__Host-session";
pub(super) const TRUSTED: &str = "https://other.example";
pub(super) const CSRF: &str = "x-csrf-token";
pub(super) const FIELD: &str = "csrf_token";

#[jwt_guard::authentication_required]
async fn access(caller: Principal, headers: HeaderMap, body: Bytes) -> Vec<u8> {
    seen(&caller, &headers, &body)
}

#[jwt_guard::requires(token = "refresh")]
async fn refresh(caller: Principal, headers: HeaderMap, body: Bytes) -> Vec<u8> {
    seen(&caller, &headers, &body)
}

#[jwt_guard::requires(token = "refresh")]
async fn renew(guard: JwtGuard, caller: Principal) -> Result<Response, LoginError> {
    guard.refresh(&caller).respond().await
}

#[jwt_guard::anonymous_allowed(credentials = "ignored", reason = "dead cookies must not stop a logout")]
async fn known(credentials: LoginCredentials) -> String {
    format!("{:?} {:?} {:?}", credentials.access(), credentials.refresh(), credentials.session())
}

/// The subject and the body, which a handler gets whole. The guard has taken the credentials.
fn seen(caller: &Principal, headers: &HeaderMap, body: &[u8]) -> Vec<u8> {
    for name in [ACCESS, REFRESH, SESSION] {
        assert!(values(headers, name).is_empty(), "a handler sees `{name}`: {headers:?}");
    }
    [caller.subject().unwrap_or_default().as_bytes(), b"\n", body].concat()
}

pub(super) struct App {
    pub(super) router: axum::Router,
    pub(super) ada: Login,
    pub(super) bob: Login,
    /// The id of a session of sam.
    pub(super) session: String,
}

pub(super) static APP: LazyLock<App> = LazyLock::new(|| {
    // Its store counts by the clock of the system.
    let year = Duration::from_secs(365 * 86_400);
    let store = tower_sessions_memory_store::MemoryStore::default();
    let sessions = Sessions::builder(store).idle_timeout(year).absolute_lifetime(year).build();
    let sessions = sessions.expect("the settings are legal");
    let session = ready(sessions.create(NewSession::new("sam"))).expect("a session").as_str().to_owned();
    let (guard, router) = app(Some(sessions));
    let log_in = |subject| Login::of(&guard, subject, "").expect("a login");
    let (ada, bob) = (log_in("ada"), log_in("bob"));
    App { router, ada, bob, session }
});

pub(super) fn app(sessions: Option<Sessions>) -> (JwtGuard, axum::Router) {
    let key = SigningKey::secret(Algorithm::Hs256, SECRET).expect("the key is legal");
    let mut builder = JwtGuard::builder()
        .signing_key(key)
        .audience("api")
        .cookies(CookieSettings::new())
        .token_store(MemoryStore::with_capacity(8))
        .trusted_origin(TRUSTED)
        .strip_credentials()
        .clock(Stopped)
        .token_cache(TokenCache::off());
    if let Some(sessions) = sessions {
        builder = builder.sessions(sessions);
    }
    let guard = builder.build().expect("the settings are legal");
    let router = Router::new()
        .route("/access", any(access))
        .route("/refresh", any(refresh))
        .route("/renew", any(renew))
        .route("/known", any(known))
        .layer(guard.csrf_form_field(FIELD))
        .with_guard(guard.clone());
    (guard, router.into_axum())
}

/// The cookies that a browser has after a login, and the values that its scripts repeat.
pub(super) struct Login {
    pub(super) access: String,
    pub(super) refresh: String,
    pub(super) access_csrf: String,
    pub(super) refresh_csrf: String,
}

impl Login {
    /// `None` if the guard refuses the contents.
    pub(super) fn of(guard: &JwtGuard, subject: &str, claim: &str) -> Option<Self> {
        let response = ready(guard.login(subject).claim("x", claim).cookies().respond()).ok()?;
        Some(Self::read(response.headers()))
    }

    /// From the lines `Set-Cookie` of a login, of which there is one each. A session ends with it.
    pub(super) fn read(headers: &HeaderMap) -> Self {
        let lines = headers.get_all(SET_COOKIE).iter();
        assert_eq!(lines.filter(|line| !line.as_bytes().starts_with(b"__Host-session=; ")).count(), 4);
        let value = |name: &str| {
            let lines = headers.get_all(SET_COOKIE).iter();
            let mut values = lines.filter_map(|line| {
                line.to_str().expect("a cookie is ASCII").strip_prefix(name)?.strip_prefix('=')
            });
            let (line, other) = (values.next(), values.next());
            assert!(other.is_none());
            let (value, attributes) = line.and_then(|line| line.split_once("; ")).expect("attributes");
            let attributes: Vec<_> = attributes.split("; ").collect();
            for attribute in ["Secure", "SameSite=Lax", "Path=/"] {
                assert!(attributes.contains(&attribute), "{line:?}");
            }
            assert_eq!(attributes.contains(&"HttpOnly"), name.starts_with("__Host-"), "{line:?}");
            let is_legal = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
            assert!(!value.is_empty() && value.bytes().all(is_legal), "{line:?}");
            assert!(name.len() + value.len() <= 4096, "browsers drop it");
            value.to_owned()
        };
        Self {
            access: value(ACCESS),
            refresh: value(REFRESH),
            access_csrf: value("csrf_access_token"),
            refresh_csrf: value("csrf_refresh_token"),
        }
    }

    /// The header `Cookie` of a browser.
    pub(super) fn cookies(&self) -> String {
        let Self { access, refresh, access_csrf, refresh_csrf } = self;
        format!(
            "{ACCESS}={access}; csrf_access_token={access_csrf}; {REFRESH}={refresh}; csrf_refresh_token={refresh_csrf}"
        )
    }
}

pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

pub(super) fn send(
    router: &axum::Router,
    method: Method,
    path: &str,
    headers: HeaderMap,
    body: &[u8],
) -> Answer {
    let mut request = Request::new(Body::from(body.to_vec()));
    *request.method_mut() = method;
    *request.uri_mut() = path.parse().expect("a path");
    *request.headers_mut() = headers;
    let response = ready(router.clone().oneshot(request)).expect("a router answers");
    let (head, body) = response.into_parts();
    let body = ready(axum::body::to_bytes(body, 10_000)).expect("a short body").to_vec();
    Answer { status: head.status.as_u16(), headers: head.headers, body }
}
