use jwt_guard::requires;

#[requires(path = "tenant")]
async fn list() {}

fn main() {}
