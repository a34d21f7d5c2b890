use jwt_guard::requires;

#[requires(any(role = "clerk", enforcement = "report_only"))]
async fn list() {}

fn main() {}
