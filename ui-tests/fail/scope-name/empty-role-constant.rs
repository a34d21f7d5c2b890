use jwt_guard::requires;

const NOBODY: &str = "";

#[requires(role = NOBODY)]
async fn list() {}

fn main() {}
