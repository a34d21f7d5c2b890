use jwt_guard::authentication_required;

#[authentication_required(redirect = "https://evil.example/login")]
async fn list() {}

fn main() {}
