use jwt_guard::requires;

#[requires(not(max_age = "10m"))]
async fn list() {}

fn main() {}
