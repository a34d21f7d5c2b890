use jwt_guard::requires;

#[requires(policy = "CanBook")]
async fn list() {}

fn main() {}
