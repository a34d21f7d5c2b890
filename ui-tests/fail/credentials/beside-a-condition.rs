use jwt_guard::anonymous_allowed;

#[anonymous_allowed(credentials = "ignored", scope = "orders:read")]
async fn list() {}

fn main() {}
