use jwt_guard::authentication_required;

#[authentication_required(crate = ::renamed)]
async fn list() {}

fn main() {}
