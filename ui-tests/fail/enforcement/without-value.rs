use jwt_guard::requires;

#[requires(role = "clerk", enforcement)]
async fn list() {}

fn main() {}
