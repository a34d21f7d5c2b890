use jwt_guard::requires;

#[requires(fresh, token = "refresh")]
async fn list() {}

fn main() {}
