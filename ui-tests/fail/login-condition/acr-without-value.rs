use jwt_guard::requires;

#[requires(acr)]
async fn list() {}

fn main() {}
