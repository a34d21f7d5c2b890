//! The orders, with another word in one attribute.

/// The scope of `GET /api/orders`.
const LISTED: &str = "orders:audit";

#[expect(clippy::duplicate_mod, reason = "the word is all that differs")]
#[path = "orders.rs"]
pub(super) mod orders;
