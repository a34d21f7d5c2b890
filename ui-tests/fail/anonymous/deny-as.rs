use jwt_guard::anonymous_allowed;

#[anonymous_allowed(deny_as = "not_found")]
async fn list() {}

fn main() {}
