use jwt_guard::requires;

#[requires(scope = "payments:approve", not(any(role = "guest", owner = "user_id")))]
async fn approve() {}

fn main() {}
