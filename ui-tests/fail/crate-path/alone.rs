use jwt_guard::authentication_required;

#[authentication_required(crate)]
async fn list() {}

fn main() {}
