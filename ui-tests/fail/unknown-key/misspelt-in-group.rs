use jwt_guard::requires;

#[requires(any(role = "clerk", scoep = "orders:read"))]
async fn list() {}

fn main() {}
