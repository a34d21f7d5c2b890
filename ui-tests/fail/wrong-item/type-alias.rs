use jwt_guard::requires;

#[requires(scope = "orders:read")]
type Orders = u8;

fn main() {}
