#[jwt_guard::check]
async fn is_open() -> Result<bool, u8> {
    Ok(true)
}

fn main() {}
