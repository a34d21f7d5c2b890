use jwt_guard::requires;

#[requires(scope = "orders:read", fresh = false)]
async fn list() {}

fn main() {}
