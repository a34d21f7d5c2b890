use jwt_guard::requires;

#[requires(param("tenant") = claim("tenant"))]
async fn list() {}

fn main() {}
