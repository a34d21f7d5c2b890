use jwt_guard::requires;

#[requires(subject = "user_id")]
async fn list() {}

fn main() {}
