use jwt_guard::requires;

const NOTHING: &str = "";

#[requires(any(role = "clerk", scope = NOTHING))]
async fn list() {}

fn main() {}
