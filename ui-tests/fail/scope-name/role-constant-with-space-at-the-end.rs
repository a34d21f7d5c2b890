use jwt_guard::requires;

const SUSPENDED: &str = "suspended ";

#[requires(not(role = SUSPENDED))]
async fn list() {}

fn main() {}
