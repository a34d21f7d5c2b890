use jwt_guard::anonymous_allowed;

#[anonymous_allowed(any(scope = "orders:read", role = "clerk"))]
async fn list() {}

fn main() {}
