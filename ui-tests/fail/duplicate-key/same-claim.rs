use jwt_guard::requires;

#[requires(claim("tenant", "id") = 7, claim("tenant", "id") = 7)]
async fn list() {}

fn main() {}
