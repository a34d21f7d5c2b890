use jwt_guard::{Claims, anonymous_allowed};

#[anonymous_allowed(credentials = "ignored")]
async fn login(_caller: Claims) {}

fn main() {}
