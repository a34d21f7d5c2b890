use jwt_guard::requires;

#[requires(role = "clerk\n")]
async fn list() {}

fn main() {}
