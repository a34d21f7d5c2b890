//! A small orders API: who may call a handler is written above it.
//!
//! `cargo run --example quickstart` serves it on port 3000, and prints what to type to see it let callers in and
//! turn them away. Another port: `PORT=8080 cargo run --example quickstart`.

use std::sync::{Arc, Mutex, PoisonError};

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use jwt_guard::issue::{IssueError, TokenIssuer};
use jwt_guard::routing::get;
use jwt_guard::{
    Algorithm, Claims, JwtGuard, Principal, Router, Secret, SigningKey, anonymous_allowed,
    authentication_required, requires,
};
use jwt_guard_examples::{Failure, listen, print_tour, show_log};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

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
async fn main() -> Result<(), Failure> {
    // Refusals are logged with their reason.
    show_log();

    // A key for this run. A real service reads it from a secret store, or trusts an identity provider: see the
    // example `oidc_provider`.
    let guard = JwtGuard::builder()
        .signing_key(SigningKey::secret(Algorithm::Hs256, Secret::random())?)
        .issuer("https://orders.example")
        .audience("orders")
        .build()?;
    let issuer = guard.issuer().expect("there is a signing key").clone();
    let app = app(guard);
    let listener = listen().await?;

    print_tour(&app.access_table(), &listener, &tour(&issuer)?)?;
    axum::serve(listener, app).await?;
    Ok(())
}

/// Three tokens, and the commands that show what each of them opens.
fn tour(issuer: &TokenIssuer) -> Result<String, IssueError> {
    let token = |subject, scopes: &[&str]| issuer.access(subject).scopes(scopes).sign();
    let visitor = token("ada", &[])?;
    let reader = token("bob", &["orders:read"])?;
    let writer = token("eve", &["orders:read", "orders:write"])?;
    let [visitor, reader, writer] = [&visitor, &reader, &writer].map(|token| token.as_str());
    Ok(format!("VISITOR={visitor}\nREADER={reader}\nWRITER={writer}\n{TOUR}"))
}

const TOUR: &str = r#"
# 200: every caller may look
curl -i http://localhost:3000/catalogue
#> {"greeting":"hello, stranger","items":["tea","coffee"]}

# 200: and is greeted, if known
curl -i http://localhost:3000/catalogue -H "Authorization: Bearer $VISITOR"
#> {"greeting":"hello, ada","items":["tea","coffee"]}

# 401: a bad token is refused even there
curl -i http://localhost:3000/catalogue -H 'Authorization: Bearer a.b.c'
#> www-authenticate: Bearer realm="api", error="invalid_token"

# 401: no token
curl -i http://localhost:3000/me
#> www-authenticate: Bearer realm="api"

# 200: any good token will do
curl -i http://localhost:3000/me -H "Authorization: Bearer $VISITOR"
#> {"scopes":"","subject":"ada"}

# 403: the token lacks orders:read
curl -i http://localhost:3000/orders -H "Authorization: Bearer $VISITOR"
#> www-authenticate: Bearer realm="api", error="insufficient_scope", scope="orders:read"

# 403: the token lacks orders:write
curl -i http://localhost:3000/orders -H "Authorization: Bearer $READER" -H 'Content-Type: application/json' -d '{"item":"tea","count":2}'
#> www-authenticate: Bearer realm="api", error="insufficient_scope", scope="orders:write"

# 201: the token has orders:write
curl -i http://localhost:3000/orders -H "Authorization: Bearer $WRITER" -H 'Content-Type: application/json' -d '{"item":"tea","count":2}'
#> {"item":"tea","count":2}

# 200: the token has orders:read
curl -i http://localhost:3000/orders -H "Authorization: Bearer $READER"
#> [{"item":"tea","count":2}]
"#;
