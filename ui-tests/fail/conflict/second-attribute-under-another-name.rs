use jwt_guard::{authentication_required, requires as only_for};

#[authentication_required]
#[only_for(scope = "orders:read")]
async fn list() {}

fn main() {}
