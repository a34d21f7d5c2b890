#[jwt_guard::check]
async fn is_open() -> u64 {
    1
}

fn main() {}
