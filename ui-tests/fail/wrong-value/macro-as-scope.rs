use jwt_guard::requires;

#[requires(scope = concat!("orders", ":read"))]
async fn list() {}

fn main() {}
