//! The routes, each with its policy.

use axum::Json;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use jwt_guard::routing::{delete, get, post};
use jwt_guard::{JwtGuard, Principal, Router, check, requires};
use serde::Deserialize;

use crate::model::{Order, Orders};

/// The words of policies. A constant is found by its users, and a misspelt one does not compile.
pub(crate) mod scopes {
    pub(crate) const READ: &str = "orders:read";
    pub(crate) const WRITE: &str = "orders:write";
}

/// Customers see their own orders.
#[requires(scope = scopes::READ, owner = "customer")]
async fn of_customer(State(orders): State<Orders>, Path(customer): Path<String>) -> Json<Vec<Order>> {
    Json(orders.of(|order| order.customer == customer))
}

/// The staff of a shop sees the orders of that shop.
#[requires(role = "clerk", path("shop") = claim("shop"))]
async fn of_shop(State(orders): State<Orders>, Path(shop): Path<String>) -> Json<Vec<Order>> {
    Json(orders.of(|order| order.shop == shop))
}

/// Money goes back by a manager of that shop, who has just logged in.
#[requires(role = "manager", path("shop") = claim("shop"), max_age = "10m")]
async fn refund(
    State(orders): State<Orders>,
    Path(shop): Path<String>,
    Form(Refund { order }): Form<Refund>,
) -> (StatusCode, String) {
    match orders.remove(order, |order| order.shop == shop) {
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
#[requires(scope = scopes::WRITE, check = is_customer, deny_as = "not_found")]
async fn cancel(State(orders): State<Orders>, Path(order): Path<u32>) -> String {
    orders.remove(order, |_| true);
    format!("cancelled {order}")
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
