use jwt_guard::anonymous_allowed;

#[anonymous_allowed(reason = "open", reason = "a shop window")]
async fn list() {}

fn main() {}
