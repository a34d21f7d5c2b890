use jwt_guard::authentication_required;

#[authentication_required(token = "id")]
async fn list() {}

fn main() {}
