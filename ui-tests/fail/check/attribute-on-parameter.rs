#[jwt_guard::check]
async fn is_open(#[cfg(unix)] _: http::Method) -> bool {
    true
}

fn main() {}
