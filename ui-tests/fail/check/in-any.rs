#[jwt_guard::check]
async fn is_open() -> bool {
    true
}

#[jwt_guard::requires(any(role = "clerk", check = is_open))]
async fn list() {}

fn main() {}
