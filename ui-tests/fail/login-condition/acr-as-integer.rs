use jwt_guard::requires;

#[requires(acr = 2)]
async fn list() {}

fn main() {}
