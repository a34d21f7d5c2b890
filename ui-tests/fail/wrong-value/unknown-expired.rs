use jwt_guard::anonymous_allowed;

#[anonymous_allowed(expired = "allow")]
async fn list() {}

fn main() {}
