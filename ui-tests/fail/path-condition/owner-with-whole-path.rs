use jwt_guard::requires;

#[requires(owner = "/users/{user_id}")]
async fn list() {}

fn main() {}
