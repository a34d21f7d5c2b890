use jwt_guard::requires;

#[requires(scope = "orders:read")]
mod orders {}

fn main() {}
