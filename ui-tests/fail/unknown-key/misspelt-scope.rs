use jwt_guard::requires;

#[requires(scpoe = "orders:read")]
async fn list() {}

fn main() {}
