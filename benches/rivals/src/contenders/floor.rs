//! A bare handler.

use axum::Router;
use axum::routing::get;

use super::{Contender, PATH, Role};

pub const CONTENDER: Contender = Contender {
    name: "no guard",
    role: Role::Floor,
    crypto: "-",
    remark: "a bare axum 0.8 handler, which admits every caller",
    layout: None,
    router: |_| Some(Router::new().route(PATH, get(orders))),
};

async fn orders() -> &'static str {
    "ok"
}
