use jwt_guard::requires;

#[requires(any(acr = "gold", acr = "silver"))]
async fn list() {}

fn main() {}
