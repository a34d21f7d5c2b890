use jwt_guard::requires;

#[requires(max_age = "1.5h")]
async fn list() {}

fn main() {}
