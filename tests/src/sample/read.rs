//! The orders, as they are.

/// The scope of `GET /api/orders`.
const LISTED: &str = "orders:read";

#[path = "orders.rs"]
pub(super) mod orders;
