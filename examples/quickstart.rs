//! A small orders API: who may call a handler is written above it.
//!
//! `cargo run --example quickstart` serves it on port 3000, and prints what to type to see it let callers in and
//! turn them away. Another port: `PORT=8080 cargo run --example quickstart`.

use std::env;
use std::error::Error;
use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use jsonwebtoken::{EncodingKey, Header};
use jwt_guard::routing::get;
use jwt_guard::{Claims, JwtGuard, Principal, Router, anonymous_allowed, authentication_required, requires};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::net::TcpListener;

const ISSUER: &str = "https://id.example";
const AUDIENCE: &str = "orders";

// The handlers. A route whose handler has none of the three attributes does not compile.

#[anonymous_allowed(reason = "the shop window")]
async fn catalogue(caller: Option<Claims>) -> Json<Value> {
    let name = caller.as_ref().map_or("stranger", |claims| claims.subject());
    Json(json!({ "greeting": format!("hello, {name}"), "items": ["tea", "coffee"] }))
}

#[authentication_required]
async fn me(caller: Principal) -> Json<Value> {
    Json(json!({ "subject": caller.subject(), "scopes": caller.scopes().to_string() }))
}

#[requires(scope = "orders:read")]
async fn list(State(orders): State<Orders>) -> Json<Vec<Order>> {
    Json(orders.all())
}

#[requires(scope = "orders:write")]
async fn create(State(orders): State<Orders>, Json(order): Json<Order>) -> (StatusCode, Json<Order>) {
    (StatusCode::CREATED, Json(orders.add(order)))
}

fn app(guard: JwtGuard) -> Router {
    Router::new()
        .route("/catalogue", get(catalogue))
        .route("/me", get(me))
        .route("/orders", get(list).post(create))
        .with_guard(guard)
        .with_state(Orders::default())
}

#[derive(Clone, Deserialize, Serialize)]
struct Order {
    item: String,
    count: u32,
}

/// The database of this example.
#[derive(Clone, Default)]
struct Orders(Arc<Mutex<Vec<Order>>>);

impl Orders {
    fn all(&self) -> Vec<Order> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn add(&self, order: Order) -> Order {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(order.clone());
        order
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    match serve().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("quickstart: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn serve() -> Result<(), Box<dyn Error>> {
    // A secret for this run. A real service reads its key from a secret store, or has its identity provider's
    // public keys.
    let mut secret = [0; 32];
    getrandom::fill(&mut secret)?;

    let guard = JwtGuard::builder().secret(secret).issuer(ISSUER).audience(AUDIENCE).build()?;
    let app = app(guard);
    let listener = listen().await?;

    // Signing takes the process's crypto backend, which only a build with both (`--all-features`) must be told.
    _ = jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER.install_default();

    println!("Who may call what:\n\n{}", app.access_table());
    print_tour(listener.local_addr()?, &EncodingKey::from_secret(&secret))?;
    axum::serve(listener, app.into_axum()).await?;
    Ok(())
}

/// Binds the port that the first argument or `PORT` names; 0 is any free one.
async fn listen() -> Result<TcpListener, String> {
    let port = env::args().nth(1).or_else(|| env::var("PORT").ok());
    let port = port.as_deref().unwrap_or("3000");
    let number: u16 =
        port.parse().map_err(|_| format!("{port:?} is not a port; expected a number from 0 to 65535"))?;
    TcpListener::bind((Ipv4Addr::LOCALHOST, number))
        .await
        .map_err(|error| format!("cannot listen on port {port}: {error}; choose another with PORT=3001"))
}

/// Prints three tokens, and the commands that show what each of them opens.
fn print_tour(address: SocketAddr, key: &EncodingKey) -> Result<(), jsonwebtoken::errors::Error> {
    let nothing = token(key, "ada", "")?;
    let read = token(key, "bob", "orders:read")?;
    let write = token(key, "eve", "orders:read orders:write")?;

    println!("Three tokens, good for an hour:\n");
    println!("no scope      {nothing}");
    println!("orders:read   {read}");
    println!("orders:write  {write}\n");

    let url = format!("curl -i http://{address}");
    let order = r#"-H 'Content-Type: application/json' -d '{"item":"tea","count":2}'"#;
    let bearer = |token: &str| format!("-H 'Authorization: Bearer {token}'");
    let (nothing, read, write) = (bearer(&nothing), bearer(&read), bearer(&write));

    println!("Try, in another terminal:\n");
    println!("# 200: anybody may look\n{url}/catalogue\n");
    println!("# 200: and is greeted, if known\n{url}/catalogue {nothing}\n");
    println!("# 401: a bad token is refused even there\n{url}/catalogue -H 'Authorization: Bearer a.b.c'\n");
    println!("# 401: no token\n{url}/me\n");
    println!("# 200: any good token will do\n{url}/me {nothing}\n");
    println!("# 403: the token lacks orders:read\n{url}/orders {nothing}\n");
    println!("# 403: the token lacks orders:write\n{url}/orders {read} {order}\n");
    println!("# 201: the token has orders:write\n{url}/orders {write} {order}\n");
    println!("# 200: the token has orders:read\n{url}/orders {read}\n");
    println!("Listening on http://{address}; stop with Ctrl-C.");
    Ok(())
}

/// Signs an access token, as an identity provider would.
fn token(key: &EncodingKey, subject: &str, scope: &str) -> Result<String, jsonwebtoken::errors::Error> {
    let now = jsonwebtoken::get_current_timestamp();
    let header = Header { typ: Some("at+jwt".to_owned()), ..Header::default() };
    let claims = json!({
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": subject,
        "iat": now,
        "exp": now + 60 * 60,
        "scope": scope,
    });
    jsonwebtoken::encode(&header, &claims, key)
}
