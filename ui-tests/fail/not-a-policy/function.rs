use jwt_guard::requires;

fn can_book() {}

#[requires(policy = can_book)]
async fn list() {}

fn main() {}
