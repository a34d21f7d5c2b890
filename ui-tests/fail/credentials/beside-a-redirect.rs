use jwt_guard::anonymous_allowed;

#[anonymous_allowed(credentials = "ignored", redirect = "/login")]
async fn list() {}

fn main() {}
