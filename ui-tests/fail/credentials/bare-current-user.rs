use jwt_guard::{CurrentUser, anonymous_allowed};

#[anonymous_allowed(credentials = "ignored")]
async fn login(_caller: CurrentUser<u64>) {}

fn main() {}
