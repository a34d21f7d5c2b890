use jwt_guard::requires;

#[requires(any("clerk", "manager"))]
async fn list() {}

fn main() {}
