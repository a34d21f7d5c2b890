use jwt_guard::requires;

#[requires(scope = "orders:read")]
#[jwt_guard::requires(role = "clerk")]
async fn list() {}

fn main() {}
