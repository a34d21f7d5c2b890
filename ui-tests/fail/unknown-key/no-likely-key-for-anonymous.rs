use jwt_guard::anonymous_allowed;

#[anonymous_allowed(frobnicate)]
async fn list() {}

fn main() {}
