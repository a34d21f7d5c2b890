use jwt_guard::requires;

#[requires(scope = "orders:read", frobnicate = 3)]
async fn list() {}

fn main() {}
