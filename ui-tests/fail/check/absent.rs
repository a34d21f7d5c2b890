#[jwt_guard::requires(check = is_open)]
async fn list() {}

fn main() {}
