use jwt_guard::requires;

#[requires(fresh, role = "clerk", fresh)]
async fn list() {}

fn main() {}
