use jwt_guard::anonymous_allowed;

#[anonymous_allowed(reason = " ")]
async fn list() {}

fn main() {}
