use jwt_guard::requires;

#[requires(mfa = "gold")]
async fn list() {}

fn main() {}
