use jwt_guard::requires;

#[requires(max_age = "0s")]
async fn list() {}

fn main() {}
