use jwt_guard::requires;

#[requires(!role = "guest")]
async fn list() {}

fn main() {}
