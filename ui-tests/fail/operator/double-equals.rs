use jwt_guard::requires;

#[requires(scope == "orders:read")]
async fn list() {}

fn main() {}
