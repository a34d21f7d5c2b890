use jwt_guard::requires;

#[requires(7)]
async fn list() {}

fn main() {}
