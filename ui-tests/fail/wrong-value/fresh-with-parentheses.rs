use jwt_guard::requires;

#[requires(fresh())]
async fn list() {}

fn main() {}
