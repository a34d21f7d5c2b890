use jwt_guard::requires;

#[requires(max_age = "ten minutes")]
async fn list() {}

fn main() {}
