use jwt_guard::authentication_required;

#[authentication_required(redirect = "/\\evil.example/login")]
async fn list() {}

fn main() {}
