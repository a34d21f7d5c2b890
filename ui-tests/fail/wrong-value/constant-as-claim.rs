use jwt_guard::requires;

const TENANT: &str = "acme";

#[requires(claim("tenant") = TENANT)]
async fn list() {}

fn main() {}
