use jwt_guard::requires;

#[requires(scopes::READ)]
async fn list() {}

fn main() {}
