//! The samples of jam: a token in a cookie or in a header, its payload in the handler, a list of the tokens that count, and
//! a session on the server for the same handlers.
//!
//! | jam | here |
//! |---|---|
//! | `JWTBackend(jam, cookie_name="jwt", header_name="Authorization")` | `.cookies(..)`, beside the header |
//! | `jam.jwt_create_token(payload)` and `set_cookie(..)` | `guard.login(..).claims(payload).cookies()` |
//! | `request.user.payload` | `Claims<Payload>` |
//! | `@requires("authenticated")` | `#[authentication_required]` |
//! | `list: {type: "white"}`, of whole tokens | `token_store(..)` and `allow_list()`, of their names |
//! | `SessionBackend(jam, cookie_name="sessionId")` | `.sessions(Sessions::new(store))`, beside tokens |
//! | `jam.session_create(session_key, data)` and `set_cookie(..)` | `sessions.create(NewSession::new(..).payload(..))` and `set_cookie(..)` |
//! | `jam.session_rework(id)` | `session.rotate()` of the extractor `Session` |
//! | `jam.session_delete(id)` | `guard.logout(..)`, or `session.delete()` |
//! | nothing in OpenAPI | `routes!` and `AccessTable::document`, as the example `openapi` shows: cookies go with their CSRF header |
//!
//! jam 2 admits every session id, made up or not. Here an id that no login gave out is refused, as is one that was
//! replaced.
//!
//! `cargo run --example jam_style` serves it on port 3000 (or `PORT`), and prints what to type.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::SET_COOKIE;
use axum::response::{IntoResponse, Response};
use jwt_guard::cookies::CookieSettings;
use jwt_guard::issue::TokenIssuer;
use jwt_guard::login::{Login, LoginCredentials, LoginError};
use jwt_guard::respond::compat::Starlette;
use jwt_guard::routing::{get, post};
use jwt_guard::session::Sessions;
use jwt_guard::session::{NewSession, SessionError};
use jwt_guard::store::MemoryStore;
use jwt_guard::{
    Algorithm, Claims, JwtGuard, Principal, Router, SigningKey, anonymous_allowed, authentication_required,
    extract::Session, policy::TokenSource,
};
use jwt_guard_examples::{Failure, listen, print_tour, show_log};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

const AUDIENCE: &str = "jam_style";

/// What the application writes into its tokens, where the client can read it, and keeps in its sessions, where it
/// cannot.
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
#[anonymous_allowed(credentials = "ignored", reason = "what a client still has must not stop a login")]
async fn login(guard: JwtGuard, Json(user): Json<Credentials>) -> Result<Response, LoginError> {
    match begin(&guard, user) {
        Some(login) => login.cookies().respond().await,
        None => Ok(wrong_password()),
    }
}

/// For programs, which send it in a header.
#[anonymous_allowed(credentials = "ignored", reason = "what a client still has must not stop a login")]
async fn token(guard: JwtGuard, Json(user): Json<Credentials>) -> Result<Response, LoginError> {
    match begin(&guard, user) {
        Some(login) => login.json().respond().await,
        None => Ok(wrong_password()),
    }
}

/// The browser keeps the name of the session, and the server all else.
#[anonymous_allowed(credentials = "ignored", reason = "what a client still has must not stop a login")]
async fn begin_session(
    State(sessions): State<Sessions>,
    Json(user): Json<Credentials>,
) -> Result<Response, NoSession> {
    if !is_right(&user) {
        return Ok(wrong_password());
    }
    let session = NewSession::new(user.username).payload(Payload { theme: "light".to_owned() });
    let id = sessions.create(session).await?;
    Ok((StatusCode::NO_CONTENT, [(SET_COOKIE, sessions.set_cookie(&id))]).into_response())
}

/// Of a token and of a session alike.
#[authentication_required]
async fn me(caller: Principal, payload: Claims<Payload>) -> Json<Value> {
    let by = match caller.authenticated_by() {
        Some(TokenSource::Session) => "session",
        _ => "token",
    };
    Json(json!({ "user": payload.subject(), "theme": payload.theme, "by": by }))
}

/// A new name for the session. A service does this when the caller gains rights, so that a person who knew the old name
/// does not gain them too.
#[authentication_required]
async fn rotate_session(session: Session<Payload>) -> Result<Response, NoSession> {
    let cookie = session.rotate().await?.ok_or(NoSession::Absent)?;
    Ok((StatusCode::NO_CONTENT, [(SET_COOKIE, cookie)]).into_response())
}

/// Why a session could not be begun or renamed.
enum NoSession {
    /// A logout was faster.
    Absent,
    /// Nothing is known of the session. A real service logs the error that says why.
    Unavailable,
}

impl From<SessionError> for NoSession {
    fn from(_: SessionError) -> Self {
        Self::Unavailable
    }
}

impl IntoResponse for NoSession {
    fn into_response(self) -> Response {
        match self {
            Self::Absent => (StatusCode::CONFLICT, "there is no session").into_response(),
            Self::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "try again").into_response(),
        }
    }
}

/// Takes the tokens off the list, or ends the session, and takes the cookies from the browser.
#[anonymous_allowed(credentials = "ignored", reason = "what a client still has must not stop a logout")]
async fn logout(guard: JwtGuard, credentials: LoginCredentials) -> Result<Response, LoginError> {
    guard.logout(&credentials).await
}

fn begin(guard: &JwtGuard, user: Credentials) -> Option<Login> {
    is_right(&user).then(|| guard.login(user.username).claims(Payload { theme: "dark".to_owned() }))
}

/// Whether this is the only user of this example. A real service compares with a hash, such as Argon2.
fn is_right(user: &Credentials) -> bool {
    user.username == "ada" && user.password == "secret"
}

fn wrong_password() -> Response {
    (StatusCode::UNAUTHORIZED, "unknown user, or wrong password").into_response()
}

fn app(guard: JwtGuard, sessions: Sessions) -> Router {
    let by_session = Router::new()
        .route("/session", post(begin_session))
        .route("/session/rotate", post(rotate_session))
        .with_state(sessions);
    Router::new()
        .route("/login", post(login))
        .route("/token", post(token))
        .route("/me", get(me))
        .route("/logout", post(logout))
        .merge(by_session)
        .with_guard(guard)
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    show_log();
    // A key for this run. A real service reads it from a secret store, and its tokens survive a restart.
    let mut secret = [0; 32];
    getrandom::fill(&mut secret)?;
    let key = SigningKey::secret(Algorithm::Hs256, secret)?;

    // Good in every respect, but of no login: it is not on the list.
    let unlisted = TokenIssuer::builder(key.clone()).audience(AUDIENCE).build()?.access("ada").sign()?;

    // In memory, as for tokens below. A service on several machines has a store that they share.
    let sessions = Sessions::new(tower_sessions_memory_store::MemoryStore::default());

    let guard = JwtGuard::builder()
        .signing_key(key)
        .audience(AUDIENCE)
        .cookies(CookieSettings::new().names("jwt", "refresh"))
        .token_store(MemoryStore::new())
        .allow_list()
        .sessions(sessions.clone())
        .refusal_body(Starlette)
        .build()?;
    let app = app(guard, sessions);

    let listener = listen().await?;
    print_tour(&app.access_table(), &listener, &format!("UNLISTED={}\n{TOUR}", unlisted.as_str()))?;
    axum::serve(listener, app).await?;
    Ok(())
}

const TOUR: &str = r#"
# 401: no token
curl -i http://localhost:3000/me
#> Unauthorized

# 204: a browser logs in, and is given cookies; scripts read one of them
curl -i -c cookies.txt http://localhost:3000/login -H 'Content-Type: application/json' -d '{"username":"ada","password":"secret"}'
#> set-cookie: __Host-jwt=..; HttpOnly; ..
#> set-cookie: csrf_access_token=$CSRF; ..
#> set-cookie: csrf_refresh_token=$CSRF_OF_REFRESH; ..

# 200: it sends the cookie
curl -i -b cookies.txt http://localhost:3000/me
#> {"by":"token","theme":"dark","user":"ada"}

# 403: to log out, that is not enough: a page of another site could cause it
curl -i -X POST -b cookies.txt http://localhost:3000/logout
#> the request may come from another site

# 204: scripts of this site repeat what they read, for each token that is good
curl -i -X POST -b cookies.txt http://localhost:3000/logout -H "X-CSRF-Token: $CSRF, $CSRF_OF_REFRESH"
#> set-cookie: __Host-jwt=; ..

# 401: the browser has dropped the cookie, and a copy, as curl has it, is not valid
curl -i -b cookies.txt http://localhost:3000/me
#> Token verification failed.

# 204: but a logout works with that too, and clears what is left
curl -i -X POST -b cookies.txt http://localhost:3000/logout
#> set-cookie: __Host-jwt=; ..

# 200: a program gets its token as JSON
curl -i http://localhost:3000/token -H 'Content-Type: application/json' -d '{"username":"ada","password":"secret"}'
#> {"access_token":"$TOKEN","token_type":"Bearer",..}

# 200: and sends it in a header
curl -i http://localhost:3000/me -H "Authorization: Bearer $TOKEN"
#> {"by":"token","theme":"dark","user":"ada"}

# 204: no other site can do that, so there is nothing to repeat
curl -i -X POST http://localhost:3000/logout -H "Authorization: Bearer $TOKEN"
#> cache-control: no-store

# 401: the token is off the list
curl -i http://localhost:3000/me -H "Authorization: Bearer $TOKEN"
#> Token verification failed.

# 401: and this one, signed with the right key, was never on it
curl -i http://localhost:3000/me -H "Authorization: Bearer $UNLISTED"
#> Token verification failed.

# 204: the same user, with a session: its cookie says nothing of her
curl -i http://localhost:3000/session -H 'Content-Type: application/json' -d '{"username":"ada","password":"secret"}'
#> set-cookie: __Host-session=$SESSION; HttpOnly; SameSite=Lax; Secure; Path=/

# 200: the same page, by session
curl -i http://localhost:3000/me -H "Cookie: __Host-session=$SESSION"
#> {"by":"session","theme":"light","user":"ada"}

# 401: a name that was made up, or planted in a browser, is of no session
curl -i http://localhost:3000/me -H "Cookie: __Host-session=MadeUpMadeUpMadeUpMadeUpMadeUpMadeUpMadeUpM"
#> Token verification failed.

# 403: another site cannot use it
curl -i -X POST http://localhost:3000/session/rotate -H "Cookie: __Host-session=$SESSION" -H "Sec-Fetch-Site: cross-site"
#> the request may come from another site

# 400: nor can a request be of two callers at once
curl -i http://localhost:3000/me -H "Cookie: __Host-session=$SESSION" -H "Authorization: Bearer $TOKEN"
#> the request must carry exactly one well-formed token

# 204: the session gets a new name
curl -i -X POST http://localhost:3000/session/rotate -H "Cookie: __Host-session=$SESSION" -H "Sec-Fetch-Site: same-origin"
#> set-cookie: __Host-session=$NEW_SESSION; ..

# 401: the old one is not valid any more
curl -i http://localhost:3000/me -H "Cookie: __Host-session=$SESSION"
#> Token verification failed.

# 200: and the session is as it was
curl -i http://localhost:3000/me -H "Cookie: __Host-session=$NEW_SESSION"
#> {"by":"session","theme":"light","user":"ada"}

# 204: the logout ends whatever the caller came by
curl -i -X POST http://localhost:3000/logout -H "Cookie: __Host-session=$NEW_SESSION" -H "Sec-Fetch-Site: same-origin"
#> set-cookie: __Host-session=; ..

# 401: also for a client that kept the name
curl -i http://localhost:3000/me -H "Cookie: __Host-session=$NEW_SESSION"
#> Token verification failed.
"#;
