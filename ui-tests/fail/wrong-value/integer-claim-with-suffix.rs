use jwt_guard::requires;

#[requires(claim("level") = 3u8)]
async fn list() {}

fn main() {}
