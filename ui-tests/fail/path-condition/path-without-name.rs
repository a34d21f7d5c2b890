use jwt_guard::requires;

#[requires(path() = claim("tenant"))]
async fn list() {}

fn main() {}
