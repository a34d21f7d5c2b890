use jwt_guard::requires;

#[requires(scope = "orders:read")]
trait Orders {}

fn main() {}
