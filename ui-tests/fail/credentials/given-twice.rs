use jwt_guard::anonymous_allowed;

#[anonymous_allowed(credentials = "ignored", credentials = "ignored")]
async fn list() {}

fn main() {}
