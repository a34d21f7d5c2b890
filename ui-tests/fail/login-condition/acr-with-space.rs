use jwt_guard::requires;

#[requires(acr = "gold silver")]
async fn list() {}

fn main() {}
