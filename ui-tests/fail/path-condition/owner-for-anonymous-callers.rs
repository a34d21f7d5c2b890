use jwt_guard::anonymous_allowed;

#[anonymous_allowed(owner = "user_id")]
async fn list() {}

fn main() {}
