use jwt_guard::requires;

#[requires(claim("level") = 9223372036854775808)]
async fn list() {}

fn main() {}
