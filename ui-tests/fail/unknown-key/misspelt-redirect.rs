use jwt_guard::authentication_required;

#[authentication_required(redirct = "/login")]
async fn list() {}

fn main() {}
