use jwt_guard::requires;

#[requires(path("user_id") = claim("sub"))]
async fn profile() {}

fn main() {}
