use jwt_guard::requires;

#[requires(claim("tenant ") = " acme")]
async fn list() {}

fn main() {}
