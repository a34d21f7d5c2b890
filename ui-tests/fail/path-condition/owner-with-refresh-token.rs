use jwt_guard::requires;

#[requires(owner = "user_id", token = "refresh")]
async fn list() {}

fn main() {}
