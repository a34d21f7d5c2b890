use jwt_guard::requires;

#[requires(scope = "aufträge")]
async fn list() {}

fn main() {}
