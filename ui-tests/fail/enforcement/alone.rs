use jwt_guard::requires;

#[requires(enforcement = "report_only")]
async fn list() {}

fn main() {}
