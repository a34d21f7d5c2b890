use jwt_guard::requires;

#[requires(reason = "staff", deny_as = "not_found")]
async fn list() {}

fn main() {}
