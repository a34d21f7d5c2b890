use jwt_guard::requires;

const GOLD: &str = "the gold";

#[requires(acr = ["silver", GOLD])]
async fn list() {}

fn main() {}
