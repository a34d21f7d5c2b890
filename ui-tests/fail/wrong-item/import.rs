use jwt_guard::requires;

#[requires(scope = "orders:read")]
pub use std::fmt;

fn main() {}
