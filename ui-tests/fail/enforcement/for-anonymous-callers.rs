use jwt_guard::anonymous_allowed;

#[anonymous_allowed(enforcement = "report_only")]
async fn list() {}

fn main() {}
