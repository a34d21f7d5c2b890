use jwt_guard::requires;

#[requires(role = "clerk", enforcement = "report_only", enforcement = "report_only")]
async fn list() {}

fn main() {}
