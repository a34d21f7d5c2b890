use jwt_guard::requires;

#[requires(scope = "orders:read")]
enum Orders {}

fn main() {}
