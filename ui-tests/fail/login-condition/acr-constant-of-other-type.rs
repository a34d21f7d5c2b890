use jwt_guard::requires;

const LEVEL: u8 = 2;

#[requires(acr = LEVEL)]
async fn list() {}

fn main() {}
