use jwt_guard::requires;

#[requires(role = "clerk", report_only = true)]
async fn list() {}

fn main() {}
