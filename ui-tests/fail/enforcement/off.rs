use jwt_guard::requires;

#[requires(role = "clerk", enforcement = "off")]
async fn list() {}

fn main() {}
