use jwt_guard::requires;

#[requires(claim("tenant") = path("tenant"))]
async fn list() {}

fn main() {}
