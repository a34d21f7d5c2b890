use jwt_guard::requires;

#[requires(max_age = TEN_MINUTES)]
async fn list() {}

fn main() {}
