use jwt_guard::requires;

#[requires(any(role = "clerk", role = "clerk"))]
async fn list() {}

fn main() {}
