use jwt_guard::requires;

#[requires(path("tenant") = claim())]
async fn list() {}

fn main() {}
