use jwt_guard::requires;

#[requires(path("tenant") = "acme")]
async fn list() {}

fn main() {}
