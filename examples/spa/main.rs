//! A page of scripts that keeps its tokens in cookies: login, requests that change something, refresh, two tabs, logout.
//!
//! | what the page does | what does it here |
//! |---|---|
//! | it logs in with `fetch` | `guard.login(..).cookies()` |
//! | it orders | `#[requires(scope = "orders:write")]`, and `X-CSRF-Token`, which `page.js` repeats from a cookie |
//! | it goes on when the access token has ended | 401, then `POST /api/session/refresh`, then the request once more |
//! | two requests, or two tabs, do that at once | a lock of the browser; without it the login would end |
//! | it logs out | `guard.logout(..)` |
//!
//! `cargo run --example spa` serves it on port 3000 (or `PORT`): open `http://localhost:3000`, as `ada` with the password
//! `secret`. `ACCESS_SECONDS=20` lets access tokens end soon. The cookies are `Secure`: Chromium and Firefox accept them from
//! `http://localhost` too.

use std::env;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use jwt_guard::cookies::CookieSettings;
use jwt_guard::login::{LoginCredentials, LoginError};
use jwt_guard::routing::{get, post};
use jwt_guard::store::MemoryStore;
use jwt_guard::{
    Algorithm, JwtGuard, Principal, Router, Secret, SigningKey, anonymous_allowed, authentication_required,
    requires,
};
use jwt_guard_examples::{Failure, listen, print_tour, show_log};
use serde::Deserialize;
use serde_json::{Value, json};

/// The database of this example.
#[derive(Clone, Default)]
struct Orders(Arc<Mutex<Vec<String>>>);

impl Orders {
    fn all(&self) -> MutexGuard<'_, Vec<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Deserialize)]
struct Credentials {
    name: String,
    password: String,
}

#[anonymous_allowed(credentials = "ignored", reason = "a dead cookie must not stop a login")]
async fn log_in(guard: JwtGuard, Json(given): Json<Credentials>) -> Result<Response, LoginError> {
    // The only user of this example. A real service compares with a hash, such as Argon2.
    if given.name != "ada" || given.password != "secret" {
        return Ok((StatusCode::UNAUTHORIZED, Json(json!({ "detail": "wrong password" }))).into_response());
    }
    guard.login(given.name).scopes(["orders:read", "orders:write"]).cookies().respond().await
}

#[requires(token = "refresh")]
async fn refresh(guard: JwtGuard, caller: Principal) -> Result<Response, LoginError> {
    guard.refresh(&caller).respond().await
}

#[anonymous_allowed(credentials = "ignored", reason = "a dead cookie must not stop a logout")]
async fn log_out(guard: JwtGuard, credentials: LoginCredentials) -> Result<Response, LoginError> {
    guard.logout(&credentials).await
}

#[authentication_required]
async fn me(caller: Principal) -> Json<Value> {
    Json(json!({ "name": caller.subject() }))
}

#[requires(scope = "orders:read")]
async fn list(State(orders): State<Orders>) -> Json<Vec<String>> {
    Json(orders.all().clone())
}

#[requires(scope = "orders:write")]
async fn order(State(orders): State<Orders>, Json(item): Json<String>) -> (StatusCode, Json<Vec<String>>) {
    let mut all = orders.all();
    all.push(item);
    (StatusCode::CREATED, Json(all.clone()))
}

/// The page and its script, which are the same for every user.
fn page() -> axum::Router<Orders> {
    let html = || async {
        // Only scripts of this site run, so that an injected one does not.
        let headers = [(CONTENT_TYPE, "text/html"), (CONTENT_SECURITY_POLICY, "default-src 'self'")];
        (headers, include_str!("page.html"))
    };
    let script = || async { ([(CONTENT_TYPE, "text/javascript")], include_str!("page.js")) };
    axum::Router::new().route("/", axum::routing::get(html)).route("/page.js", axum::routing::get(script))
}

fn app(guard: JwtGuard) -> Router {
    Router::new()
        .route("/api/login", post(log_in))
        .route("/api/session/refresh", post(refresh))
        .route("/api/session/logout", post(log_out))
        .route("/api/me", get(me))
        .route("/api/orders", get(list).post(order))
        .unguarded("the page and its script", page())
        .with_guard(guard)
        .with_state(Orders::default())
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    show_log();
    let seconds = env::var("ACCESS_SECONDS").unwrap_or_else(|_| "900".to_owned());
    let lifetime = Duration::from_secs(seconds.parse()?);
    // A key for this run. A real service reads it from a secret store, and its tokens survive a restart.
    let key = SigningKey::secret(Algorithm::Hs256, Secret::random())?;
    let guard = JwtGuard::builder()
        .signing_key(key)
        .audience("spa")
        .token_store(MemoryStore::new())
        .cookies(CookieSettings::new())
        .issuing(move |issuer| issuer.access_lifetime(lifetime))
        // One machine has one clock.
        .leeway(Duration::ZERO)
        .build()?;
    let app = app(guard);

    let listener = listen().await?;
    println!("Open http://localhost:{} in a browser.\n", listener.local_addr()?.port());
    print_tour(&app.access_table(), &listener, TOUR)?;
    axum::serve(listener, app).await?;
    Ok(())
}

const TOUR: &str = r#"
# 401: no login yet
curl -i http://localhost:3000/api/me
#> www-authenticate: Bearer realm="api"

# 401: a wrong password
curl -i http://localhost:3000/api/login -H 'Content-Type: application/json' -d '{"name":"ada","password":"guess"}'
#> {"detail":"wrong password"}

# 204: the login sets cookies; scripts read the last two values
curl -i -c cookies.txt http://localhost:3000/api/login -H 'Content-Type: application/json' -d '{"name":"ada","password":"secret"}'
#> set-cookie: __Host-access_token=..; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=..
#> set-cookie: __Host-refresh_token=..; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=..
#> set-cookie: csrf_access_token=$CSRF; ..
#> set-cookie: csrf_refresh_token=$RENEWAL; ..

# 200: reading needs the cookie alone
curl -i -b cookies.txt http://localhost:3000/api/me
#> {"name":"ada"}

# 403: a request that changes something must repeat the value
curl -i -b cookies.txt http://localhost:3000/api/orders -H 'Content-Type: application/json' -d '"tea"'
#> ..the request may come from another site..

# 201: as page.js does
curl -i -b cookies.txt http://localhost:3000/api/orders -H "X-CSRF-Token: $CSRF" -H 'Content-Type: application/json' -d '"tea"'
#> ["tea"]

# 204: the refresh, with its own value
curl -i -X POST -b cookies.txt -c cookies.txt http://localhost:3000/api/session/refresh -H "X-CSRF-Token: $RENEWAL"
#> set-cookie: csrf_access_token=$CSRF; ..
#> set-cookie: csrf_refresh_token=$RENEWAL; ..

# 204: the logout, with both
curl -i -X POST -b cookies.txt -c cookies.txt http://localhost:3000/api/session/logout -H "X-CSRF-Token: $CSRF,$RENEWAL"
#> set-cookie: __Host-access_token=; ..

# 401: the login is over
curl -i -b cookies.txt http://localhost:3000/api/me
#> www-authenticate: Bearer realm="api"..
"#;
