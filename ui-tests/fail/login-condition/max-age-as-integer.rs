use jwt_guard::requires;

#[requires(max_age = 10)]
async fn list() {}

fn main() {}
