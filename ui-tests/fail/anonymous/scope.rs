use jwt_guard::anonymous_allowed;

#[anonymous_allowed(scope = "orders:read")]
async fn list() {}

fn main() {}
