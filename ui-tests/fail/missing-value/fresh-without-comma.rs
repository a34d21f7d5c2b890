use jwt_guard::requires;

#[requires(fresh role = "clerk")]
async fn list() {}

fn main() {}
