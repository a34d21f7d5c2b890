use jwt_guard::requires;

#[requires(scope = "orders:read", status_code = 404)]
async fn list() {}

fn main() {}
