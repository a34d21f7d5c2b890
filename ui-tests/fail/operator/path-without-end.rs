use jwt_guard::requires;

#[requires(scope = scopes::)]
async fn list() {}

fn main() {}
