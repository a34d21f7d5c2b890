use jwt_guard::requires;

#[requires(any(role = "clerk", reason = "staff"))]
async fn list() {}

fn main() {}
