use jwt_guard::requires;

#[requires(onwer = "user_id")]
async fn list() {}

fn main() {}
