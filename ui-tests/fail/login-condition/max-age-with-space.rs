use jwt_guard::requires;

#[requires(max_age = "10 m")]
async fn list() {}

fn main() {}
