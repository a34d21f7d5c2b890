use jwt_guard::authentication_required;

#[authentication_required(redirect)]
async fn list() {}

fn main() {}
