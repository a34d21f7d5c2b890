use jwt_guard::requires;

#[requires(!acr = "0")]
async fn list() {}

fn main() {}
