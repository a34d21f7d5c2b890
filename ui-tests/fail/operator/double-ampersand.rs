use jwt_guard::requires;

#[requires(scope = "orders:read" && role = "clerk")]
async fn list() {}

fn main() {}
