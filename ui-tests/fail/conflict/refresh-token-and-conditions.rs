use jwt_guard::requires;

#[requires(fresh, token = "refresh", any(role = "clerk", not(fresh)))]
async fn list() {}

fn main() {}
