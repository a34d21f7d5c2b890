use jwt_guard::{Claims, anonymous_allowed};

#[anonymous_allowed]
async fn list(_claims: Claims) {}

fn main() {}
