use jwt_guard::requires;

#[requires(token("refresh"))]
async fn list() {}

fn main() {}
