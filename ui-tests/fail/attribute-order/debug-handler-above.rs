use jwt_guard::requires;

#[axum::debug_handler]
#[requires(scope = "orders:read")]
async fn list() {}

fn main() {}
