use jwt_guard::requires;

#[requires(owner = "user_id" || scope = "admin")]
async fn list() {}

fn main() {}
