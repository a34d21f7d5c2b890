#[jwt_guard::check]
async fn is_open() -> bool {
    true
}

#[jwt_guard::requires(check = is_open, check = is_open)]
async fn list() {}

fn main() {}
