use jwt_guard::requires;

#[requires(role = "clerk", enforcement = false)]
async fn list() {}

fn main() {}
