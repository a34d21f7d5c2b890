use jwt_guard::requires;

#[requires("orders:read")]
async fn list() {}

fn main() {}
