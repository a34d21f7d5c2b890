use jwt_guard::requires;

#[requires(any())]
async fn list() {}

fn main() {}
