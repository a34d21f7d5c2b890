use jwt_guard::requires;

#[requires(role = true)]
async fn list() {}

fn main() {}
