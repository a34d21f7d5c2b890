//! The routes, each with its policy.

use axum::Json;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use jwt_guard::routing::{delete, get, post};
use jwt_guard::{ConfigError, JwtGuard, Principal, Router, SigningKey, check, requires};
use serde::Deserialize;

use crate::model::{Order, Orders};
use crate::vocabulary::{Role, Scope};

/// Customers see their own orders.
#[requires(scope = Scope::Read, owner = "customer")]
async fn of_customer(State(orders): State<Orders>, Path(customer): Path<String>) -> Json<Vec<Order>> {
    Json(orders.of(|order| order.customer == customer))
}

/// The staff of a shop sees the orders of that shop.
#[requires(role = Role::Clerk, path("shop") = claim("shop"))]
async fn of_shop(State(orders): State<Orders>, Path(shop): Path<String>) -> Json<Vec<Order>> {
    Json(orders.of(|order| order.shop == shop))
}

/// Money goes back by a manager of that shop, who has just logged in.
#[requires(role = Role::Manager, path("shop") = claim("shop"), max_age = "10m")]
async fn refund(
    State(orders): State<Orders>,
    Path(shop): Path<String>,
    Form(Refund { order }): Form<Refund>,
) -> (StatusCode, String) {
    match orders.refund(order, &shop) {
        Some(order) => (StatusCode::CREATED, format!("refunded {}", order.id)),
        None => (StatusCode::NOT_FOUND, "no such order in this shop".to_owned()),
    }
}

#[derive(Deserialize)]
struct Refund {
    order: u32,
}

/// Whose order it is, neither the token nor the path says; the store does.
#[check]
async fn is_customer(State(orders): State<Orders>, Path(order): Path<u32>, caller: Principal) -> bool {
    let customer = orders.get(order).map(|order| order.customer);
    customer.is_some() && customer.as_deref() == caller.subject()
}

/// A customer cancels an order. For others it does not exist.
#[requires(scope = Scope::Write, check = is_customer, deny_as = "not_found")]
async fn cancel(State(orders): State<Orders>, Path(order): Path<u32>) -> Result<String, StatusCode> {
    // Since the check, another request may have cancelled it.
    let order = orders.cancel(order).ok_or(StatusCode::NOT_FOUND)?;
    Ok(format!("cancelled {}", order.id))
}

/// The guard of the service and of its tests.
pub(crate) fn guard(key: SigningKey) -> Result<JwtGuard, ConfigError> {
    JwtGuard::builder()
        .signing_key(key)
        .issuer("https://orders.example")
        .audience("orders")
        .scopes::<Scope>()
        .roles::<Role>()
        .deny_undeclared_names()
        .build()
}

pub(crate) fn app(guard: JwtGuard, orders: Orders) -> Router {
    Router::new()
        .route("/customers/{customer}/orders", get(of_customer))
        .route("/shops/{shop}/orders", get(of_shop))
        .route("/shops/{shop}/refunds", post(refund))
        .route("/orders/{order}", delete(cancel))
        .with_guard(guard)
        .with_state(orders)
}
