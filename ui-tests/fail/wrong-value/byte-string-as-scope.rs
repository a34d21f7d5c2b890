use jwt_guard::requires;

#[requires(scope = b"orders:read")]
async fn list() {}

fn main() {}
