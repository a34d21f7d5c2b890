use jwt_guard::{anonymous_allowed, extract::CurrentUser};

struct User;

#[anonymous_allowed]
async fn list(_user: CurrentUser<User>) {}

fn main() {}
