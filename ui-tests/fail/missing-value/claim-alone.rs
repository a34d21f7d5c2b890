use jwt_guard::requires;

#[requires(claim)]
async fn list() {}

fn main() {}
