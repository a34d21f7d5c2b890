use jwt_guard::requires;

#[requires(max_age = "1h30m")]
async fn list() {}

fn main() {}
