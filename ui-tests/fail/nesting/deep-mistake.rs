use jwt_guard::requires;

#[requires(all(role = "clerk", any(scope = "a", not(scope = "a b"))))]
async fn list() {}

fn main() {}
