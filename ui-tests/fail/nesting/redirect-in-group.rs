use jwt_guard::requires;

#[requires(not(role = "guest", redirect = "/login"))]
async fn list() {}

fn main() {}
