use jwt_guard::requires;

#[requires(acr = "gold", acr = "silver")]
async fn list() {}

fn main() {}
