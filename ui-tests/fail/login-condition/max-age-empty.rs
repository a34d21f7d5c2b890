use jwt_guard::requires;

#[requires(max_age = "")]
async fn list() {}

fn main() {}
