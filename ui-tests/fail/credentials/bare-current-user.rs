use jwt_guard::{anonymous_allowed, extract::CurrentUser};

#[anonymous_allowed(credentials = "ignored")]
async fn login(_caller: CurrentUser<u64>) {}

fn main() {}
