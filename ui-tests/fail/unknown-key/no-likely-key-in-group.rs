use jwt_guard::requires;

#[requires(any(role = "clerk", frobnicate = 3))]
async fn list() {}

fn main() {}
