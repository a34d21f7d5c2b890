//! The samples of Litestar: one application that answers a login in a header, in cookies, and as OAuth 2 does.
//!
//! | Litestar | here |
//! |---|---|
//! | `JWTAuth`, `JWTCookieAuth`, `OAuth2PasswordBearerAuth` | a guard each, below `/header`, `/cookie`, `/oauth2` |
//! | `jwt_auth.login(identifier, response_body=..)` | `guard.login(..).header().body(..)`, `.cookies()`, `.json()` |
//! | `retrieve_user_handler` | `load_user(..)` |
//! | `request.user`, `request.auth` | `CurrentUser<User>`, `Claims` |
//! | `exclude=["/login"]`, a pattern that opens `/admin/login-history` too | `#[anonymous_allowed(credentials = "ignored")]` on the one handler |
//! | a guard function that raises `PermissionDeniedException` | `#[requires(role = "admin")]` |
//! | `openapi_components`, `security_requirement` | `router.access_table().document_with(..)`: the schemes, and `security` of each operation; see the example `openapi` |
//! | `openapi_security_scheme_name`, `description` | `guard.openapi().name("bearer", "BearerToken")`, `.description("bearer", "..")` |
//! | `token_url`, `oauth_scopes` | `guard.openapi().token_url("/oauth2/login")`, `.scope("read", "Read")`, which the guard checks too |
//! | `OAuth2Login` | the JSON of `guard.login(..)`, as RFC 6749 section 5.1 says |
//!
//! `cargo run --example litestar_style` serves it on port 3000 (or `PORT`), and prints what to type.

use std::convert::Infallible;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{Form, Json};
use jwt_guard::cookies::CookieSettings;
use jwt_guard::login::LoginError;
use jwt_guard::respond::compat::Litestar;
use jwt_guard::routing::{get, post};
use jwt_guard::setup::{Builder, HasAudience, HasKeys};
use jwt_guard::{
    Algorithm, Claims, JwtGuard, Router, SigningKey, anonymous_allowed, authentication_required,
    extract::CurrentUser, requires,
};
use jwt_guard_examples::{Failure, listen, print_tour, show_log};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

#[derive(Clone, Serialize)]
struct User {
    name: &'static str,
    roles: &'static [&'static str],
}

/// The database of this example.
const USERS: [User; 2] = [User { name: "ada", roles: &[] }, User { name: "eve", roles: &["admin"] }];

fn user_called(name: &str) -> Option<User> {
    USERS.into_iter().find(|user| user.name == name)
}

/// Runs for every token: one whose user is gone is refused.
async fn retrieve_user(token: Claims) -> Result<Option<User>, Infallible> {
    Ok(user_called(token.subject()))
}

#[derive(Deserialize)]
struct Credentials {
    username: String,
    password: String,
}

impl Credentials {
    /// The password of every user is `secret` here. A real service compares with a hash, such as Argon2.
    fn user(&self) -> Option<User> {
        user_called(&self.username).filter(|_| self.password == "secret")
    }
}

fn unknown_user() -> Response {
    let detail = json!({ "status_code": 401, "detail": "unknown user, or wrong password" });
    (StatusCode::UNAUTHORIZED, Json(detail)).into_response()
}

// A login each.

#[anonymous_allowed(credentials = "ignored", reason = "what a client still has must not stop a login")]
async fn header_login(guard: JwtGuard, Json(credentials): Json<Credentials>) -> Result<Response, LoginError> {
    let Some(user) = credentials.user() else { return Ok(unknown_user()) };
    guard.login(user.name).header().status(StatusCode::CREATED).body(user).respond().await
}

#[anonymous_allowed(credentials = "ignored", reason = "what a client still has must not stop a login")]
async fn cookie_login(guard: JwtGuard, Json(credentials): Json<Credentials>) -> Result<Response, LoginError> {
    let Some(user) = credentials.user() else { return Ok(unknown_user()) };
    guard.login(user.name).cookies().status(StatusCode::CREATED).body(user).respond().await
}

#[anonymous_allowed(credentials = "ignored", reason = "what a client still has must not stop a login")]
async fn oauth2_login(guard: JwtGuard, Form(credentials): Form<Credentials>) -> Result<Response, LoginError> {
    let Some(user) = credentials.user() else { return Ok(unknown_user()) };
    guard.login(user.name).roles(user.roles).respond().await
}

// What they open.

#[authentication_required]
async fn some_route(user: CurrentUser<User>, token: Claims) -> Json<Value> {
    Json(json!({ "user": *user, "iss": token.issuer() }))
}

#[authentication_required]
async fn change_something(user: CurrentUser<User>) -> String {
    format!("changed by {}", user.name)
}

#[requires(role = "admin")]
async fn admin(user: CurrentUser<User>) -> String {
    format!("hello {}", user.name)
}

fn header_app(guard: JwtGuard) -> Router {
    Router::new().route("/login", post(header_login)).route("/some-path", get(some_route)).with_guard(guard)
}

fn cookie_app(guard: JwtGuard) -> Router {
    Router::new()
        .route("/login", post(cookie_login))
        .route("/some-path", get(some_route).post(change_something))
        .with_guard(guard)
}

fn oauth2_app(guard: JwtGuard) -> Router {
    Router::new()
        .route("/login", post(oauth2_login))
        .route("/some-path", get(some_route))
        .route("/admin", get(admin))
        .with_guard(guard)
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    show_log();
    // A key for this run. A real service reads it from a secret store, and its tokens survive a restart.
    let mut secret = [0; 32];
    getrandom::fill(&mut secret)?;
    let key = SigningKey::secret(Algorithm::Hs256, secret)?;

    let header = settings(&key, "header").build()?;
    let cookie =
        settings(&key, "cookie").cookies(CookieSettings::new().names("token", "refresh_token")).build()?;
    let oauth2 = settings(&key, "oauth2").build()?;
    let app = Router::new()
        .nest("/header", header_app(header))
        .nest("/cookie", cookie_app(cookie))
        .nest("/oauth2", oauth2_app(oauth2));

    let listener = listen().await?;
    print_tour(&app.access_table(), &listener, TOUR)?;
    axum::serve(listener, app).await?;
    Ok(())
}

/// What the three have in common. Each has an audience of its own, so none takes the tokens of another.
fn settings(key: &SigningKey, audience: &str) -> Builder<HasKeys, HasAudience> {
    JwtGuard::builder()
        .signing_key(key.clone())
        .issuer("https://litestar-style.example")
        .audience(audience)
        .load_user(retrieve_user)
        .refusal_body(Litestar)
}

const TOUR: &str = r#"
# 401: a wrong password
curl -i http://localhost:3000/header/login -H 'Content-Type: application/json' -d '{"username":"ada","password":"guess"}'
#> {"detail":"unknown user, or wrong password","status_code":401}

# 201: the login answers with the token in a header, and the user
curl -i http://localhost:3000/header/login -H 'Content-Type: application/json' -d '{"username":"ada","password":"secret"}'
#> authorization: Bearer $HEADER
#> {"name":"ada","roles":[]}

# 200: the token opens this
curl -i http://localhost:3000/header/some-path -H "Authorization: Bearer $HEADER"
#> {"iss":"https://litestar-style.example","user":{"name":"ada","roles":[]}}

# 401: no token
curl -i http://localhost:3000/header/some-path
#> {"status_code":401,"detail":"No JWT token found in request header"}

# 401: the token is for another audience
curl -i http://localhost:3000/oauth2/some-path -H "Authorization: Bearer $HEADER"
#> {"status_code":401,"detail":"Invalid token"}

# 201: the login answers with cookies; scripts read one of them
curl -i -c cookies.txt http://localhost:3000/cookie/login -H 'Content-Type: application/json' -d '{"username":"ada","password":"secret"}'
#> set-cookie: __Host-token=..; HttpOnly; ..
#> set-cookie: csrf_access_token=$CSRF; ..

# 200: the browser sends the cookie
curl -i -b cookies.txt http://localhost:3000/cookie/some-path
#> {"iss":"https://litestar-style.example","user":{"name":"ada","roles":[]}}

# 403: to change something, that is not enough: a page of another site could cause it
curl -i -X POST -b cookies.txt http://localhost:3000/cookie/some-path
#> {"status_code":403,"detail":"the request may come from another site"}

# 200: scripts of this site repeat what they read
curl -i -X POST -b cookies.txt http://localhost:3000/cookie/some-path -H "X-CSRF-Token: $CSRF"
#> changed by ada

# 200: the password grant of OAuth 2, as a form
curl -i http://localhost:3000/oauth2/login -d 'grant_type=password&username=ada&password=secret'
#> cache-control: no-store
#> {"access_token":"$ADA","token_type":"Bearer","expires_in":900}

# 403: the token lacks the role
curl -i http://localhost:3000/oauth2/admin -H "Authorization: Bearer $ADA"
#> {"status_code":403,"detail":"Forbidden"}

# 200: an administrator logs in
curl -i http://localhost:3000/oauth2/login -d 'grant_type=password&username=eve&password=secret'
#> {"access_token":"$EVE","token_type":"Bearer","expires_in":900}

# 200: and may
curl -i http://localhost:3000/oauth2/admin -H "Authorization: Bearer $EVE"
#> hello eve
"#;
