use jwt_guard::requires;

#[requires(max_age = "1000d")]
async fn list() {}

fn main() {}
