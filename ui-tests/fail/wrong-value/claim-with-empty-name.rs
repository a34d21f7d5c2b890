use jwt_guard::requires;

#[requires(claim("realm", "") = "acme")]
async fn list() {}

fn main() {}
