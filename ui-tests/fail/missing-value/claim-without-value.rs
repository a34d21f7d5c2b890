use jwt_guard::requires;

#[requires(claim("tenant"))]
async fn list() {}

fn main() {}
