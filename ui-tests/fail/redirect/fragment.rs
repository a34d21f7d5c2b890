use jwt_guard::authentication_required;

#[authentication_required(redirect = "/login#form")]
async fn list() {}

fn main() {}
