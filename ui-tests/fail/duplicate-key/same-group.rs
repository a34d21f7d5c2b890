use jwt_guard::requires;

#[requires(not(role = "guest"), not(role = "guest"))]
async fn list() {}

fn main() {}
