use jwt_guard::requires;

#[requires(scope = "orders:read", deny_as = "forbidden")]
async fn list() {}

fn main() {}
