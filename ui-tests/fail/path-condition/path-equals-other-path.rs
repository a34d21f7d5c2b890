use jwt_guard::requires;

#[requires(path("tenant") = path("org"))]
async fn list() {}

fn main() {}
