use jwt_guard::requires;

#[requires(frehs)]
async fn list() {}

fn main() {}
