use jwt_guard::requires;

#[requires()]
async fn list() {}

fn main() {}
