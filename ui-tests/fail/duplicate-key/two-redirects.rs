use jwt_guard::authentication_required;

#[authentication_required(redirect = "/login", redirect = "/sign-in")]
async fn list() {}

fn main() {}
