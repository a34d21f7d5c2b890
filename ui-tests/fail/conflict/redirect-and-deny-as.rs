use jwt_guard::requires;

#[requires(redirect = "/login", scope = "orders:read", deny_as = "not_found")]
async fn list() {}

fn main() {}
