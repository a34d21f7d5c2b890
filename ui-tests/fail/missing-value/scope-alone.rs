use jwt_guard::requires;

#[requires(scope)]
async fn list() {}

fn main() {}
