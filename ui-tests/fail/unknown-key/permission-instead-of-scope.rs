use jwt_guard::requires;

#[requires(permission = "orders:read")]
async fn list() {}

fn main() {}
