use jwt_guard::requires;

#[requires(acr = ["gold", "silver", "gold"])]
async fn list() {}

fn main() {}
