use jwt_guard::anonymous_allowed;

#[anonymous_allowed(redirect = "/login")]
async fn list() {}

fn main() {}
