use jwt_guard::anonymous_allowed;

#[anonymous_allowed(credentails = "ignored")]
async fn list() {}

fn main() {}
