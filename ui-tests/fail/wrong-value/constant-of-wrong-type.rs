use jwt_guard::requires;

const LEVEL: u8 = 7;

#[requires(scope = LEVEL)]
async fn list() {}

fn main() {}
