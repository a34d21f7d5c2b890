use jwt_guard::requires;

#[requires(refresh)]
async fn list() {}

fn main() {}
