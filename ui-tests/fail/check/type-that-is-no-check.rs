struct IsOpen;

#[jwt_guard::requires(check = IsOpen)]
async fn list() {}

fn main() {}
