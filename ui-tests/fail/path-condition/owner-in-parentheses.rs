use jwt_guard::requires;

#[requires(owner("user_id"))]
async fn list() {}

fn main() {}
