use jwt_guard::requires;

#[requires(scope = "orders:read", deny_as = 404)]
async fn list() {}

fn main() {}
