use jwt_guard::anonymous_allowed;

#[anonymous_allowed(expires = "anonymous")]
async fn list() {}

fn main() {}
