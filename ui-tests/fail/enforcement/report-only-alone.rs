use jwt_guard::requires;

#[requires(role = "clerk", report_only)]
async fn list() {}

fn main() {}
