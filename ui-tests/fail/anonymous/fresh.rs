use jwt_guard::anonymous_allowed;

#[anonymous_allowed(fresh)]
async fn list() {}

fn main() {}
