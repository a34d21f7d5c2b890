use jwt_guard::requires;

#[requires(scopes = "orders:read")]
async fn list() {}

fn main() {}
