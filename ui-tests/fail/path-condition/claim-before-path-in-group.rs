use jwt_guard::requires;

#[requires(any(role = "admin", claim("tenant") = path("tenant")))]
async fn list() {}

fn main() {}
