use jwt_guard::anonymous_allowed;

#[anonymous_allowed(token = "refresh")]
async fn list() {}

fn main() {}
