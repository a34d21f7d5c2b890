use jwt_guard::requires;

#[requires(owner)]
async fn list() {}

fn main() {}
