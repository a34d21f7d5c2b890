use jwt_guard::requires;

#[requires(claim() = "acme")]
async fn list() {}

fn main() {}
