use jwt_guard::authentication_required;

#[authentication_required(crate = super::guard)]
async fn list() {}

fn main() {}
