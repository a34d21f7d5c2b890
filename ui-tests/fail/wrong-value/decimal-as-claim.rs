use jwt_guard::requires;

#[requires(claim("level") = 1.5)]
async fn list() {}

fn main() {}
