#[jwt_guard::check]
async unsafe fn is_open() -> bool {
    true
}

fn main() {}
