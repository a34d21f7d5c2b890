use jwt_guard::requires;

#[requires(token)]
async fn list() {}

fn main() {}
