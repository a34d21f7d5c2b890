use jwt_guard::anonymous_allowed;

#[anonymous_allowed(max_age = "10m")]
async fn list() {}

fn main() {}
