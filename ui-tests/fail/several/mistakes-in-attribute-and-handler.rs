use jwt_guard::{Claims, anonymous_allowed};

#[anonymous_allowed(scope = "orders:read", expired = "yes")]
fn list(_claims: Claims) {}

fn main() {}
