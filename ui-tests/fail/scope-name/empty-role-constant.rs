use jwt_guard::requires;

const ABSENT: &str = "";

#[requires(role = ABSENT)]
async fn list() {}

fn main() {}
