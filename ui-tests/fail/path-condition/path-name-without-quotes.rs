use jwt_guard::requires;

#[requires(path(tenant) = claim("tenant"))]
async fn list() {}

fn main() {}
