use jwt_guard::requires;

#[requires(maxage = "10m")]
async fn list() {}

fn main() {}
