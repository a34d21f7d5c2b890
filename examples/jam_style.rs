//! The sample of jam: a token in a cookie or in a header, its payload in the handler, and a list of the tokens that count.
//!
//! | jam | here |
//! |---|---|
//! | `JWTBackend(jam, cookie_name="jwt", header_name="Authorization")` | `.cookies(..)`, beside the header |
//! | `jam.jwt_create_token(payload)` and `set_cookie(..)` | `guard.login(..).claims(payload).cookies()` |
//! | `request.user.payload` | `Claims<Payload>` |
//! | `@requires("authenticated")` | `#[authentication_required]` |
//! | `list: {type: "white"}`, of whole tokens | `token_store(..)` and `allow_list()`, of their names |
//!
//! `cargo run --example jam_style` serves it on port 3000 (or `PORT`), and prints what to type.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jwt_guard::login::{Login, LoginError};
use jwt_guard::respond::PlainText;
use jwt_guard::routing::{get, post};
use jwt_guard::store::MemoryStore;
use jwt_guard::{
    Algorithm, Claims, CookieSettings, JwtGuard, Router, SigningKey, TokenIssuer, anonymous_allowed,
    authentication_required,
};
use jwt_guard_examples::{Failure, listen, print_tour};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

const AUDIENCE: &str = "jam_style";

/// What the application writes into its tokens. The client can read it.
#[derive(Deserialize, Serialize)]
struct Payload {
    theme: String,
}

#[derive(Deserialize)]
struct Credentials {
    username: String,
    password: String,
}

/// For browsers, which keep the token in a cookie that scripts cannot read.
#[anonymous_allowed(reason = "whoever logs in has no token yet")]
async fn login(State(guard): State<JwtGuard>, Json(user): Json<Credentials>) -> Result<Response, LoginError> {
    match begin(&guard, user) {
        Some(login) => login.cookies().respond().await,
        None => Ok(wrong_password()),
    }
}

/// For programs, which send it in a header.
#[anonymous_allowed(reason = "whoever logs in has no token yet")]
async fn token(State(guard): State<JwtGuard>, Json(user): Json<Credentials>) -> Result<Response, LoginError> {
    match begin(&guard, user) {
        Some(login) => login.json().respond().await,
        None => Ok(wrong_password()),
    }
}

#[authentication_required]
async fn me(payload: Claims<Payload>) -> Json<Value> {
    Json(json!({ "user": payload.subject(), "theme": payload.theme }))
}

/// Takes the tokens off the list, and the cookies from the browser.
#[authentication_required]
async fn logout(State(guard): State<JwtGuard>, caller: Claims) -> Result<Response, LoginError> {
    guard.logout(&caller).await
}

fn begin(guard: &JwtGuard, user: Credentials) -> Option<Login> {
    // The only user of this example. A real service compares with a hash, such as Argon2.
    let is_right = user.username == "ada" && user.password == "secret";
    is_right.then(|| guard.login(user.username).claims(Payload { theme: "dark".to_owned() }))
}

fn wrong_password() -> Response {
    (StatusCode::UNAUTHORIZED, "unknown user, or wrong password").into_response()
}

fn app(guard: JwtGuard) -> Router {
    Router::new()
        .route("/login", post(login))
        .route("/token", post(token))
        .route("/me", get(me))
        .route("/logout", post(logout))
        .with_guard(guard.clone())
        .with_state(guard)
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    // A key for this run. A real service reads it from a secret store, and its tokens survive a restart.
    let mut secret = [0; 32];
    getrandom::fill(&mut secret)?;
    let key = SigningKey::secret(Algorithm::Hs256, secret)?;

    // Good in every respect, but of no login: it is not on the list.
    let unlisted = TokenIssuer::builder(key.clone()).audience(AUDIENCE).build()?.access("ada").sign()?;

    let guard = JwtGuard::builder()
        .signing_key(key)
        .audience(AUDIENCE)
        .cookies(CookieSettings::new().names("jwt", "refresh"))
        .token_store(MemoryStore::new())
        .allow_list()
        .refusal_body(PlainText)
        .build()?;
    let app = app(guard);

    let listener = listen().await?;
    print_tour(&app.access_table(), &listener, &format!("UNLISTED={}\n{TOUR}", unlisted.as_str()))?;
    axum::serve(listener, app.into_axum()).await?;
    Ok(())
}

const TOUR: &str = r#"
# 401: no token
curl -i http://localhost:3000/me
#> authentication is required

# 204: a browser logs in, and is given cookies; scripts read one of them
curl -i -c cookies.txt http://localhost:3000/login -H 'Content-Type: application/json' -d '{"username":"ada","password":"secret"}'
#> set-cookie: __Host-jwt=..; HttpOnly; ..
#> set-cookie: csrf_access_token=$CSRF; ..

# 200: it sends the cookie
curl -i -b cookies.txt http://localhost:3000/me
#> {"theme":"dark","user":"ada"}

# 403: to change something, that is not enough: a page of another site could cause it
curl -i -X POST -b cookies.txt http://localhost:3000/logout
#> the request may come from another site

# 204: scripts of this site repeat what they read
curl -i -X POST -b cookies.txt http://localhost:3000/logout -H "X-CSRF-Token: $CSRF"
#> set-cookie: __Host-jwt=; ..

# 401: the browser has dropped the cookie; whoever kept a copy, as curl did, has nothing
curl -i -b cookies.txt http://localhost:3000/me
#> the token is not valid

# 200: a program gets its token as JSON
curl -i http://localhost:3000/token -H 'Content-Type: application/json' -d '{"username":"ada","password":"secret"}'
#> {"access_token":"$TOKEN","token_type":"Bearer",..}

# 200: and sends it in a header
curl -i http://localhost:3000/me -H "Authorization: Bearer $TOKEN"
#> {"theme":"dark","user":"ada"}

# 204: no other site can do that, so there is nothing to repeat
curl -i -X POST http://localhost:3000/logout -H "Authorization: Bearer $TOKEN"
#> cache-control: no-store

# 401: the token is off the list
curl -i http://localhost:3000/me -H "Authorization: Bearer $TOKEN"
#> the token is not valid

# 401: and this one, signed with the right key, was never on it
curl -i http://localhost:3000/me -H "Authorization: Bearer $UNLISTED"
#> the token is not valid
"#;
