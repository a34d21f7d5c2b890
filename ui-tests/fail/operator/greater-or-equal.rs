use jwt_guard::requires;

#[requires(claim("level") >= 3)]
async fn list() {}

fn main() {}
