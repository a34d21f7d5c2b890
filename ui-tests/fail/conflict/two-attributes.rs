use jwt_guard::{anonymous_allowed, requires};

#[requires(scope = "orders:read")]
#[anonymous_allowed]
async fn list() {}

fn main() {}
