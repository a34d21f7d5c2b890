use jwt_guard::requires;

#[requires(role = "clerk", all())]
async fn list() {}

fn main() {}
