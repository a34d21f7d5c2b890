use jwt_guard::requires;

#[requires(any(role = "clerk", token = "refresh"))]
async fn list() {}

fn main() {}
