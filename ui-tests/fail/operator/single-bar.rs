use jwt_guard::requires;

#[requires(scope = "orders:read" | "orders:write")]
async fn list() {}

fn main() {}
