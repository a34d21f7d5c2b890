use jwt_guard::requires;

#[requires(max_age = "-5m")]
async fn list() {}

fn main() {}
