//! The service under test: its guard, its routes, and a rule of its own.

use std::sync::{Arc, Mutex, PoisonError};

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use jwt_guard::routing::{delete, get};
use jwt_guard::{ConfigError, JwtGuard, Principal, Router, TrustedIssuer};
use jwt_guard::{anonymous_allowed, check, requires};

/// The guard of production, which fetches the keys of the realm. A test gives it a key instead: that is the one line of
/// difference.
pub(crate) fn guard(adjust: impl FnOnce(TrustedIssuer) -> TrustedIssuer) -> Result<JwtGuard, ConfigError> {
    let realm = TrustedIssuer::keycloak("https://id.example/realms/shop").audience("orders");
    JwtGuard::builder().trust(adjust(realm)).build()
}

pub(crate) fn app(guard: JwtGuard) -> Router {
    Router::new()
        .route("/catalogue", get(catalogue))
        .route("/orders", get(list).post(create))
        .route("/orders/{order}", delete(cancel))
        .route("/customers/{customer}", get(welcome))
        .with_guard(guard)
        .with_state(Orders::default())
}

#[anonymous_allowed(reason = "the shop window")]
async fn catalogue() -> &'static str {
    "tea, coffee"
}

#[requires(scope = "orders:read")]
async fn list(State(orders): State<Orders>) -> Json<Vec<String>> {
    Json(orders.lock().clone())
}

#[requires(scope = "orders:write")]
async fn create(State(orders): State<Orders>, item: String) -> StatusCode {
    orders.lock().push(item);
    StatusCode::CREATED
}

/// What the token does not say: whether there is such an order.
#[check]
async fn exists(State(orders): State<Orders>, Path(order): Path<usize>) -> bool {
    order < orders.lock().len()
}

#[requires(role = "manager", check = exists, deny_as = "not_found")]
async fn cancel(State(orders): State<Orders>, Path(order): Path<usize>) -> String {
    let mut orders = orders.lock();
    if order < orders.len() { orders.remove(order) } else { String::new() }
}

#[requires(owner = "customer")]
async fn welcome(caller: Principal) -> String {
    greeting(&caller)
}

/// A rule of the application, which takes the caller as proof that there is one.
pub(crate) fn greeting(caller: &Principal) -> String {
    let name = caller.subject().unwrap_or("stranger");
    if caller.roles().contains("manager") {
        format!("welcome back, {name}")
    } else {
        format!("welcome, {name}")
    }
}

/// The database of this example.
#[derive(Clone, Default)]
struct Orders(Arc<Mutex<Vec<String>>>);

impl Orders {
    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
