use jwt_guard::requires;

#[requires(role = "")]
async fn list() {}

fn main() {}
