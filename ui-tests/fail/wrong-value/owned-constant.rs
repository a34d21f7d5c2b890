use jwt_guard::requires;

const CLERK: String = String::new();

#[requires(role = CLERK)]
async fn list() {}

fn main() {}
