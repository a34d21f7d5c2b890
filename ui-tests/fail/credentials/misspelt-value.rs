use jwt_guard::anonymous_allowed;

#[anonymous_allowed(credentials = "ignore")]
async fn list() {}

fn main() {}
