use jwt_guard::authentication_required;

#[authentication_required(crate = "::jwt_guard")]
async fn list() {}

fn main() {}
