use jwt_guard::authentication_required;

#[authentication_required(token = "refresh", enforcement = "report_only")]
async fn list() {}

fn main() {}
