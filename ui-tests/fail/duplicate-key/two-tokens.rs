use jwt_guard::requires;

#[requires(token = "refresh", token = "refresh")]
async fn list() {}

fn main() {}
