//! The samples of fastapi-jwt-auth: login, refresh, fresh tokens, revocation, and `{"detail": ..}` for refused callers.
//!
//! | fastapi-jwt-auth | here |
//! |---|---|
//! | `Authorize.jwt_required()` | `#[authentication_required]` |
//! | `Authorize.jwt_optional()` | `#[anonymous_allowed]` |
//! | `Authorize.jwt_refresh_token_required()` | `#[requires(token = "refresh")]` |
//! | `Authorize.fresh_jwt_required()` | `#[requires(fresh)]` |
//! | `create_access_token(..)` and `create_refresh_token(..)` | `guard.login(..)`; `guard.refresh(..)` replaces both |
//! | `denylist.add(jti)` and its callback | `guard.logout(..)` and `token_store(..)` |
//! | `Authorize.get_jwt_subject()` | `Principal::subject` |
//! | `custom_openapi()`, which looks for `jwt_required` in the source | `routes!` and `AccessTable::document`, as the example `openapi` shows |
//!
//! `cargo run --example fastapi_style` serves it on port 3000 (or `PORT`), and prints what to type.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jwt_guard::login::{LoginCredentials, LoginError};
use jwt_guard::respond::compat::FastApi;
use jwt_guard::routing::{delete, get, post};
use jwt_guard::store::MemoryStore;
use jwt_guard::{
    Algorithm, JwtGuard, Principal, Router, SigningKey, anonymous_allowed, authentication_required, requires,
};
use jwt_guard_examples::{Failure, listen, print_tour, show_log};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
struct User {
    username: String,
    password: String,
}

#[anonymous_allowed(credentials = "ignored", reason = "what a client still has must not stop a login")]
async fn login(guard: JwtGuard, Json(user): Json<User>) -> Result<Response, LoginError> {
    // The sample's only user. A real service compares with a hash, such as Argon2.
    if user.username != "test" || user.password != "test" {
        let answer = Json(json!({ "detail": "Bad username or password" }));
        return Ok((StatusCode::UNAUTHORIZED, answer).into_response());
    }
    guard.login(user.username).respond().await
}

/// A refresh token is good for one refresh: the answer has the next one.
#[requires(token = "refresh")]
async fn refresh(guard: JwtGuard, caller: Principal) -> Result<Response, LoginError> {
    guard.refresh(&caller).respond().await
}

/// Ends the login: its access tokens and its refresh token, whichever of them comes.
#[anonymous_allowed(credentials = "ignored", reason = "what a client still has must not stop a logout")]
async fn revoke(guard: JwtGuard, credentials: LoginCredentials) -> Result<Response, LoginError> {
    guard.logout(&credentials).await
}

#[authentication_required]
async fn protected(caller: Principal) -> Json<Value> {
    Json(json!({ "user": caller.subject() }))
}

#[anonymous_allowed]
async fn partially_protected(caller: Principal) -> Json<Value> {
    Json(json!({ "user": caller.subject().unwrap_or("anonymous") }))
}

#[requires(fresh)]
async fn protected_fresh(caller: Principal) -> Json<Value> {
    Json(json!({ "user": caller.subject() }))
}

fn app(guard: JwtGuard) -> Router {
    Router::new()
        .route("/login", post(login))
        .route("/refresh", post(refresh))
        .route("/revoke", delete(revoke))
        .route("/protected", get(protected))
        .route("/partially-protected", get(partially_protected))
        .route("/protected-fresh", get(protected_fresh))
        .with_guard(guard)
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    show_log();
    // A key for this run. A real service reads it from a secret store, and its tokens survive a restart.
    let mut secret = [0; 32];
    getrandom::fill(&mut secret)?;

    let guard = JwtGuard::builder()
        .signing_key(SigningKey::secret(Algorithm::Hs256, secret)?)
        .audience("fastapi_style")
        .token_store(MemoryStore::new())
        .refusal_body(FastApi)
        .build()?;
    let app = app(guard);

    let listener = listen().await?;
    print_tour(&app.access_table(), &listener, TOUR)?;
    axum::serve(listener, app).await?;
    Ok(())
}

const TOUR: &str = r#"
# 401: no token
curl -i http://localhost:3000/protected
#> {"detail":"Missing Authorization Header"}

# 401: a wrong password
curl -i http://localhost:3000/login -H 'Content-Type: application/json' -d '{"username":"test","password":"guess"}'
#> {"detail":"Bad username or password"}

# 200: a login gives two tokens
curl -i http://localhost:3000/login -H 'Content-Type: application/json' -d '{"username":"test","password":"test"}'
#> {"access_token":"$ACCESS","token_type":"Bearer","expires_in":900,"refresh_token":"$REFRESH"}

# 200: the access token opens this
curl -i http://localhost:3000/protected -H "Authorization: Bearer $ACCESS"
#> {"user":"test"}

# 401: the refresh token does not
curl -i http://localhost:3000/protected -H "Authorization: Bearer $REFRESH"
#> {"detail":"the token is not valid"}

# 200: this route needs no token
curl -i http://localhost:3000/partially-protected
#> {"user":"anonymous"}

# 200: but with a token the caller is known
curl -i http://localhost:3000/partially-protected -H "Authorization: Bearer $ACCESS"
#> {"user":"test"}

# 200: the token comes from a login
curl -i http://localhost:3000/protected-fresh -H "Authorization: Bearer $ACCESS"
#> {"user":"test"}

# 401: an access token refreshes nothing
curl -i -X POST http://localhost:3000/refresh -H "Authorization: Bearer $ACCESS"
#> {"detail":"the token is not valid"}

# 200: the refresh token gives the next two tokens
curl -i -X POST http://localhost:3000/refresh -H "Authorization: Bearer $REFRESH"
#> {"access_token":"$RENEWED","token_type":"Bearer","expires_in":900,"refresh_token":"$NEXT"}

# 200: the renewed one is as good
curl -i http://localhost:3000/protected -H "Authorization: Bearer $RENEWED"
#> {"user":"test"}

# 401: but not fresh, because it came from a refresh
curl -i http://localhost:3000/protected-fresh -H "Authorization: Bearer $RENEWED"
#> {"detail":"Fresh token required"}

# 204: logging out revokes both
curl -i -X DELETE http://localhost:3000/revoke -H "Authorization: Bearer $RENEWED"
#> cache-control: no-store

# 401: the access token
curl -i http://localhost:3000/protected -H "Authorization: Bearer $RENEWED"
#> {"detail":"the token is not valid"}

# 401: and the refresh token
curl -i -X POST http://localhost:3000/refresh -H "Authorization: Bearer $NEXT"
#> {"detail":"the token is not valid"}

# 204: with a token that is dead already, too: there is nothing left to revoke
curl -i -X DELETE http://localhost:3000/revoke -H "Authorization: Bearer $RENEWED"
#> cache-control: no-store
"#;
