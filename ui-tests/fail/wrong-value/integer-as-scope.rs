use jwt_guard::requires;

#[requires(scope = 7)]
async fn list() {}

fn main() {}
