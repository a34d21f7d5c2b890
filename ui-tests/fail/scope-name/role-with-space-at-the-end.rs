use jwt_guard::requires;

#[requires(not(role = "suspended "))]
async fn list() {}

fn main() {}
