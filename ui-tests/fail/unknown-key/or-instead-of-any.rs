use jwt_guard::requires;

#[requires(or(role = "clerk", role = "manager"))]
async fn list() {}

fn main() {}
