use jwt_guard::requires;

#[requires(token = "refresh", not(role = "banned"))]
async fn list() {}

fn main() {}
