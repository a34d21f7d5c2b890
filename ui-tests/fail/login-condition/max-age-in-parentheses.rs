use jwt_guard::requires;

#[requires(max_age("10m"))]
async fn list() {}

fn main() {}
