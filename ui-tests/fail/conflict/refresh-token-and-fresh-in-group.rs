use jwt_guard::requires;

#[requires(token = "refresh", any(role = "clerk", not(fresh)))]
async fn list() {}

fn main() {}
