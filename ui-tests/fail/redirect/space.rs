use jwt_guard::authentication_required;

#[authentication_required(redirect = "/sign in")]
async fn list() {}

fn main() {}
