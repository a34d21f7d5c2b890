use jwt_guard::authentication_required;

#[authentication_required(redirect = "login")]
async fn list() {}

fn main() {}
