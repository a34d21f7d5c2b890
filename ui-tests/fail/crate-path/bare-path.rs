use jwt_guard::authentication_required;

#[authentication_required(crate = web::guard)]
async fn list() {}

fn main() {}
