//! The orders: each handler has its document and its policy above it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use jwt_guard::{anonymous_allowed, requires};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The database of this example.
#[derive(Clone, Default)]
pub(crate) struct Shop {
    orders: Arc<Mutex<BTreeMap<u32, Order>>>,
}

impl Shop {
    fn orders(&self) -> MutexGuard<'_, BTreeMap<u32, Order>> {
        self.orders.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Clone, Serialize, ToSchema)]
pub(crate) struct Order {
    id: u32,
    #[serde(flatten)]
    what: NewOrder,
}

#[derive(Clone, Deserialize, Serialize, ToSchema)]
pub(crate) struct NewOrder {
    article: String,
    quantity: u32,
}

/// What there is to order.
#[utoipa::path(get, path = "/catalogue", responses((status = OK, body = [String])))]
#[anonymous_allowed]
pub(crate) async fn catalogue() -> Json<[&'static str; 3]> {
    Json(["ink", "paper", "pen"])
}

/// All orders.
#[utoipa::path(get, path = "/orders", responses((status = OK, body = [Order])))]
#[requires(scope = "orders:read")]
pub(crate) async fn list(State(shop): State<Shop>) -> Json<Vec<Order>> {
    Json(shop.orders().values().cloned().collect())
}

/// Orders something.
#[utoipa::path(post, path = "/orders", responses(
    (status = CREATED, body = Order),
    (status = UNSUPPORTED_MEDIA_TYPE, description = "Not JSON, by its content type."),
    (status = UNPROCESSABLE_ENTITY, description = "Not an order."),
))]
#[requires(scope = "orders:write")]
pub(crate) async fn create(
    State(shop): State<Shop>,
    Json(what): Json<NewOrder>,
) -> (StatusCode, Json<Order>) {
    let mut orders = shop.orders();
    let id = orders.last_key_value().map_or(1, |(last, _)| last.saturating_add(1));
    let order = Order { id, what };
    orders.insert(id, order.clone());
    (StatusCode::CREATED, Json(order))
}

/// One order.
#[utoipa::path(get, path = "/orders/{id}", responses(
    (status = OK, body = Order),
    (status = NOT_FOUND, description = "There is no such order."),
))]
#[requires(any(scope = "orders:read", scope = "orders:write"))]
pub(crate) async fn read(State(shop): State<Shop>, Path(id): Path<u32>) -> Result<Json<Order>, StatusCode> {
    shop.orders().get(&id).cloned().map(Json).ok_or(StatusCode::NOT_FOUND)
}

/// Cancels an order.
#[utoipa::path(delete, path = "/orders/{id}", responses(
    (status = NO_CONTENT),
    (status = NOT_FOUND, description = "There is no such order."),
))]
#[requires(scope = "orders:write")]
pub(crate) async fn cancel(State(shop): State<Shop>, Path(id): Path<u32>) -> StatusCode {
    match shop.orders().remove(&id) {
        Some(_) => StatusCode::NO_CONTENT,
        None => StatusCode::NOT_FOUND,
    }
}
