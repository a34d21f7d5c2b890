use jwt_guard::requires;

#[requires(path("tenant", "org") = claim("tenant"))]
async fn list() {}

fn main() {}
