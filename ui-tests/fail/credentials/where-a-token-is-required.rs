use jwt_guard::requires;

#[requires(scope = "orders:read", credentials = "ignored")]
async fn list() {}

fn main() {}
