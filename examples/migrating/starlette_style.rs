//! The sample of starlette-jwt: tokens that another service issued, behind `Authorization: JWT ..`.
//!
//! | starlette-jwt | here |
//! |---|---|
//! | `JWTAuthenticationBackend(prefix="JWT", username_field="username")` | `TokenLocation::scheme("JWT")`, `subject_claim("username")` |
//! | `@anonymous_allowed`, or no decorator | `#[anonymous_allowed]` |
//! | `@authentication_required`, `@requires("authenticated")` | `#[authentication_required]` |
//! | `@requires("admin", redirect="login")` | `#[requires(scope = "admin", redirect = "/login")]` |
//! | `request.user.display_name` | `Principal` |
//! | `JWTWebSocketAuthenticationBackend`, token in the address | token in the sub-protocol, which no log shows |
//! | schemas by hand, in comments of the handlers | `routes!` and `AccessTable::document`, as the example `openapi` shows |
//!
//! `cargo run --example starlette_style` serves it on port 3000 (or `PORT`), and prints what to type.

use axum::Json;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use jwt_guard::issue::IssueError;
use jwt_guard::issue::TokenIssuer;
use jwt_guard::respond::compat::Starlette;
use jwt_guard::routing::{any, get};
use jwt_guard::setup::TokenLocation;
use jwt_guard::{
    Algorithm, JwtGuard, Principal, Router, SigningKey, anonymous_allowed, authentication_required, requires,
};
use jwt_guard_examples::{Failure, listen, print_tour, show_log};
use serde_json::{Value, json};

const AUDIENCE: &str = "starlette_style";
const SUB_PROTOCOL: &str = "jwt";

#[anonymous_allowed(reason = "the sample's open route")]
async fn noauth() -> Json<Value> {
    Json(json!({ "auth": null }))
}

#[authentication_required]
async fn auth(user: Principal) -> Json<Value> {
    Json(json!({ "auth": { "username": user.subject(), "scopes": user.scopes().to_string() } }))
}

#[requires(scope = "admin", redirect = "/login")]
async fn admin(user: Principal) -> String {
    format!("hello {}, you may do everything", user.display_name().unwrap_or_default())
}

#[anonymous_allowed(credentials = "ignored", reason = "what a client still has must not stop a login")]
async fn login() -> &'static str {
    "here would be a form"
}

/// The guard has decided when the handshake gets here: who is refused never has an open socket.
#[authentication_required]
async fn echo(user: Principal, handshake: WebSocketUpgrade) -> Response {
    // Of the two sub-protocols that the client offers, the name and the token, the answer takes the name.
    handshake.protocols([SUB_PROTOCOL]).on_upgrade(|socket| talk(socket, user))
}

async fn talk(mut socket: WebSocket, user: Principal) {
    let name = user.display_name().unwrap_or_default();
    while let Some(Ok(message)) = socket.recv().await {
        if let Message::Text(text) = message
            && socket.send(Message::text(format!("{name} said: {text}"))).await.is_err()
        {
            return;
        }
    }
}

fn app(guard: JwtGuard) -> Router {
    Router::new()
        .route("/noauth", get(noauth))
        .route("/auth", get(auth))
        .route("/admin", get(admin))
        .route("/login", get(login))
        .route("/echo", any(echo))
        .with_guard(guard)
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    show_log();
    // A secret for this run. A real service shares it with the service that issues the tokens.
    let mut secret = [0; 32];
    getrandom::fill(&mut secret)?;

    let guard = JwtGuard::builder()
        .secret(secret)
        .audience(AUDIENCE)
        .subject_claim("username")
        .locations([TokenLocation::scheme("JWT"), TokenLocation::websocket_protocol(SUB_PROTOCOL)])
        .refusal_body(Starlette)
        .build()?;
    let app = app(guard);

    // starlette-jwt issues no tokens. These stand in for those of the other service.
    let key = SigningKey::secret(Algorithm::Hs256, secret)?;
    let issuer = TokenIssuer::builder(key).audience(AUDIENCE).subject_claim("username").build()?;

    let listener = listen().await?;
    print_tour(&app.access_table(), &listener, &tour(&issuer)?)?;
    axum::serve(listener, app).await?;
    Ok(())
}

fn tour(issuer: &TokenIssuer) -> Result<String, IssueError> {
    let ada = issuer.access("ada").sign()?;
    let eve = issuer.access("eve").scopes(["admin"]).sign()?;
    Ok(format!("ADA={}\nEVE={}\n{TOUR}", ada.as_str(), eve.as_str()))
}

const TOUR: &str = r#"
# 200: the open route
curl -i http://localhost:3000/noauth
#> {"auth":null}

# 401: a bad token is refused even there, and does not learn why
curl -i http://localhost:3000/noauth -H 'Authorization: JWT a.b.c'
#> www-authenticate: JWT realm="api", error="invalid_token"
#> Token verification failed.

# 401: no token
curl -i http://localhost:3000/auth
#> www-authenticate: JWT realm="api"
#> Unauthorized

# 401: a token behind another scheme does not count
curl -i http://localhost:3000/auth -H "Authorization: Bearer $ADA"
#> Unauthorized

# 200: a token
curl -i http://localhost:3000/auth -H "Authorization: JWT $ADA"
#> {"auth":{"scopes":"","username":"ada"}}

# 403: the token lacks the scope
curl -i http://localhost:3000/admin -H "Authorization: JWT $ADA"
#> Forbidden

# 200: the token has it
curl -i http://localhost:3000/admin -H "Authorization: JWT $EVE"
#> hello eve, you may do everything

# 303: a browser is sent to the login page, which learns the way back
curl -i http://localhost:3000/admin -H 'Accept: text/html'
#> location: /login?next=/admin

# 401: a WebSocket without a token is not opened
curl -i http://localhost:3000/echo -H 'Connection: Upgrade' -H 'Upgrade: websocket' -H 'Sec-WebSocket-Version: 13' -H 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=='
#> Unauthorized

# 101: with one it is; in a browser: new WebSocket("ws://localhost:3000/echo", ["jwt", token])
curl -i -m 1 http://localhost:3000/echo -H 'Connection: Upgrade' -H 'Upgrade: websocket' -H 'Sec-WebSocket-Version: 13' -H 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==' -H "Sec-WebSocket-Protocol: jwt, $ADA"
#> sec-websocket-protocol: jwt
"#;
