use jwt_guard::requires;

#[requires(!owner = "user_id")]
async fn approve() {}

fn main() {}
