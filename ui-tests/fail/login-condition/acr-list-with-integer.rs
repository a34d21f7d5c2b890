use jwt_guard::requires;

#[requires(acr = ["gold", 2])]
async fn list() {}

fn main() {}
