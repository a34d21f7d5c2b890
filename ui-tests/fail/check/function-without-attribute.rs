#[jwt_guard::requires(check = is_open)]
async fn list() {}

async fn is_open() -> bool {
    true
}

fn main() {}
