#[jwt_guard::check]
fn is_open() -> bool {
    true
}

fn main() {}
