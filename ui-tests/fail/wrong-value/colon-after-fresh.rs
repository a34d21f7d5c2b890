use jwt_guard::requires;

#[requires(fresh: true)]
async fn list() {}

fn main() {}
