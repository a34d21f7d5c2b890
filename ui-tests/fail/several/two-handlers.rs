use jwt_guard::requires;

#[requires(scope = "")]
async fn list() {}

#[requires(role = "")]
async fn update() {}

fn main() {}
