use jwt_guard::anonymous_allowed;

#[anonymous_allowed(expired = "anonymous", credentials = "ignored")]
async fn list() {}

fn main() {}
