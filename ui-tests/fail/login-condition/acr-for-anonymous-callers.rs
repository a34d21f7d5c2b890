use jwt_guard::anonymous_allowed;

#[anonymous_allowed(acr = "gold")]
async fn list() {}

fn main() {}
