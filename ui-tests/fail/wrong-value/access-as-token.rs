use jwt_guard::requires;

#[requires(token = "access")]
async fn list() {}

fn main() {}
