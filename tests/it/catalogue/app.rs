//! The application of the catalogue: a route for every kind of policy. Each handler counts that it ran.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{Path, Query};
use axum::response::{IntoResponse as _, Response};
use axum::{Extension, Json};
use jwt_guard::routing::{get, post};
use jwt_guard::{Claims, JwtGuard, Principal, Router, anonymous_allowed, authentication_required, requires};
use serde::{Deserialize, Serialize};

use super::logins;

/// How many handlers have run.
#[derive(Clone, Debug, Default)]
pub(super) struct Ran(Arc<AtomicUsize>);

impl Ran {
    pub(super) fn times(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }

    /// Counts a handler.
    pub(super) fn once(&self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }

    /// Counts a handler, which answers with its caller.
    fn by(&self, caller: &Principal) -> String {
        self.once();
        caller.subject().or(caller.client_id()).unwrap_or("anonymous").to_owned()
    }
}

/// A handler that says who calls it, under a policy.
macro_rules! handlers {
    ($($(#[$policy:meta])+ $name:ident;)+) => {
        $($(#[$policy])+
        async fn $name(Extension(ran): Extension<Ran>, caller: Principal) -> String {
            ran.by(&caller)
        })+
    };
}

handlers! {
    #[authentication_required]
    me;
    #[anonymous_allowed]
    open;
    #[anonymous_allowed(expired = "anonymous")]
    news;
    #[anonymous_allowed(credentials = "ignored")]
    ignored;
    #[requires(scope = "orders:read")]
    orders;
    #[requires(scope = "orders:read", scope = "orders:write")]
    two_scopes;
    #[requires(any(scope = "orders:admin", all(scope = "orders:read", scope = "orders:audit")))]
    either_scope;
    #[requires(role = "clerk")]
    clerks;
    #[requires(scope = "orders:read", role = "clerk")]
    scope_and_role;
    #[requires(not(role = "intern"))]
    no_interns;
    #[requires(claim("tenant") = "acme")]
    acme;
    #[requires(claim("org", "id") = 7)]
    org_seven;
    #[requires(fresh)]
    fresh;
    #[requires(max_age = "10m")]
    recent;
    #[requires(acr = ["urn:example:gold", "urn:example:silver"])]
    strong;
    #[requires(scope = "orders:read", deny_as = "not_found")]
    hidden;
    #[requires(scope = "orders:read", enforcement = "report_only")]
    report_only;
    #[requires(scope = "orders:read", redirect = "/sign-in")]
    page;
    #[requires(token = "refresh")]
    refresh_only;
}

#[requires(owner = "user")]
async fn profile(Extension(ran): Extension<Ran>, caller: Principal, Path(_): Path<String>) -> String {
    ran.by(&caller)
}

#[requires(path("tenant") = claim("tenant"))]
async fn tenant(Extension(ran): Extension<Ran>, caller: Principal) -> String {
    ran.by(&caller)
}

/// Its path, its query and its body may be malformed.
#[requires(scope = "orders:write")]
async fn create(
    Extension(ran): Extension<Ran>,
    caller: Principal,
    Path(_): Path<u32>,
    Query(_): Query<Filter>,
    Json(_): Json<Order>,
) -> String {
    ran.by(&caller)
}

#[derive(Deserialize)]
struct Filter {
    #[serde(rename = "page")]
    _page: Option<u32>,
}

#[derive(Deserialize)]
struct Order {
    #[serde(rename = "article")]
    _article: String,
}

#[authentication_required]
async fn socket(Extension(ran): Extension<Ran>, caller: Principal, upgrade: WebSocketUpgrade) -> Response {
    ran.by(&caller);
    upgrade.protocols(["bearer"]).on_upgrade(async |_| ())
}

/// Claims of every type that a handler may ask for.
#[authentication_required]
async fn claims(Extension(ran): Extension<Ran>, caller: Principal, claims: Claims<Typed>) -> Response {
    ran.by(&caller);
    Json(&*claims).into_response()
}

#[derive(Deserialize, Serialize)]
struct Typed {
    text: Option<String>,
    flag: Option<bool>,
    number: Option<i64>,
    ratio: Option<f64>,
    list: Option<Vec<String>>,
}

/// The claims that have a name of their own, and one that has none.
#[authentication_required]
async fn registered(
    Extension(ran): Extension<Ran>,
    caller: Principal,
    claims: Claims<Upn>,
) -> Json<Registered> {
    ran.by(&caller);
    let seconds = |time: SystemTime| time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    Json(Registered {
        iss: claims.issuer().map(str::to_owned),
        sub: claims.subject().to_owned(),
        jti: claims.token_id().map(str::to_owned),
        upn: claims.upn.clone(),
        aud: claims.audience().map(str::to_owned).collect(),
        exp: seconds(claims.expires_at()),
        nbf: claims.not_before().map(seconds),
        iat: claims.issued_at().map(seconds),
    })
}

#[derive(Deserialize)]
struct Upn {
    upn: String,
}

#[derive(Serialize)]
struct Registered {
    iss: Option<String>,
    sub: String,
    jti: Option<String>,
    upn: String,
    aud: Vec<String>,
    exp: u64,
    nbf: Option<u64>,
    iat: Option<u64>,
}

/// A role that no policy asks for.
#[authentication_required]
async fn is_clerk(Extension(ran): Extension<Ran>, caller: Principal) -> String {
    format!("{}, clerk: {}", ran.by(&caller), caller.roles().contains("clerk"))
}

/// The `Authorization` header that is left for the handler.
#[authentication_required]
async fn left_over(Extension(ran): Extension<Ran>, caller: Principal, headers: http::HeaderMap) -> String {
    let caller = ran.by(&caller);
    let has = ["authorization", "cookie"].iter().any(|name| headers.contains_key(*name));
    format!("{caller}, credentials: {has}")
}

/// The application behind a guard.
pub(super) fn router(guard: JwtGuard, ran: Ran) -> Router {
    let router = Router::new()
        .route("/me", get(me).post(me).put(me).delete(me))
        .route("/open", get(open).post(open))
        .route("/news", get(news))
        .route("/ignored", get(ignored).post(ignored))
        .route("/orders", get(orders))
        .route("/orders/{id}", post(create))
        .route("/two-scopes", get(two_scopes))
        .route("/either-scope", get(either_scope))
        .route("/clerks", get(clerks))
        .route("/scope-and-role", get(scope_and_role))
        .route("/no-interns", get(no_interns))
        .route("/acme", get(acme))
        .route("/org-seven", get(org_seven))
        .route("/fresh", get(fresh))
        .route("/recent", get(recent))
        .route("/strong", get(strong))
        .route("/hidden", get(hidden))
        .route("/report-only", get(report_only))
        .route("/page", get(page))
        .route("/refresh-only", get(refresh_only))
        .route("/users/{user}", get(profile))
        .route("/tenants/{tenant}", get(tenant))
        .route("/socket", get(socket))
        .route("/claims", get(claims))
        .route("/registered", get(registered))
        .route("/is-clerk", get(is_clerk))
        .route("/left-over", get(left_over));
    router.merge(logins::routes()).layer(Extension(ran)).with_guard(guard)
}
