use jwt_guard::requires;

#[requires(not(any(acr = "0", role = "guest")))]
async fn list() {}

fn main() {}
