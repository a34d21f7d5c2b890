use jwt_guard::requires;

#[requires(claim("tenant") = ["acme", "umbrella"])]
async fn list() {}

fn main() {}
