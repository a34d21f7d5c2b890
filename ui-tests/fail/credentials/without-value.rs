use jwt_guard::anonymous_allowed;

#[anonymous_allowed(credentials)]
async fn list() {}

fn main() {}
