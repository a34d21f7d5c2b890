#[jwt_guard::check]
async fn is_open() {}

fn main() {}
