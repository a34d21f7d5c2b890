use jwt_guard::authentication_required;

#[authentication_required(crate = self::guard)]
async fn list() {}

fn main() {}
