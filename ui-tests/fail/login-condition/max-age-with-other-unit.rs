use jwt_guard::requires;

#[requires(max_age = "10x")]
async fn list() {}

fn main() {}
