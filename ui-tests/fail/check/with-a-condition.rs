#[jwt_guard::check(scope = "orders:read")]
async fn is_open() -> bool {
    true
}

fn main() {}
