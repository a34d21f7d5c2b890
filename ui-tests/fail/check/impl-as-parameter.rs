#[jwt_guard::check]
async fn is_open(_: impl Send) -> bool {
    true
}

fn main() {}
