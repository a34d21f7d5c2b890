use jwt_guard::{CurrentUser, anonymous_allowed};

struct User;

#[anonymous_allowed]
async fn list(_user: CurrentUser<User>) {}

fn main() {}
