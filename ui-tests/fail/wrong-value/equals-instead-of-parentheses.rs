use jwt_guard::requires;

#[requires(any = "clerk")]
async fn list() {}

fn main() {}
