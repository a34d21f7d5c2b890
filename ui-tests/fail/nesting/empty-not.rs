use jwt_guard::requires;

#[requires(not())]
async fn list() {}

fn main() {}
