use jwt_guard::requires;

#[requires(Scope = "orders:read")]
async fn list() {}

fn main() {}
