use jwt_guard::requires;

#[requires(max_age = "10m", token = "refresh")]
async fn list() {}

fn main() {}
