use jwt_guard::requires;

#[requires(scope = , role = "clerk")]
async fn list() {}

fn main() {}
