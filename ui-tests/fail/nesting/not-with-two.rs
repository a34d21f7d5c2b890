use jwt_guard::requires;

#[requires(not(role = "guest", scope = "orders:read"))]
async fn list() {}

fn main() {}
