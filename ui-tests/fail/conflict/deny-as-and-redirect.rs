use jwt_guard::authentication_required;

#[authentication_required(deny_as = "not_found", redirect = "/login")]
async fn list() {}

fn main() {}
