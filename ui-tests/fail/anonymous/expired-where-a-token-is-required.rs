use jwt_guard::requires;

#[requires(scope = "orders:read", expired = "anonymous")]
async fn list() {}

fn main() {}
