use jwt_guard::requires;

#[requires(acr = "gold\"")]
async fn list() {}

fn main() {}
