use jwt_guard::requires;

#[requires(scope = "orders:read")]
const ORDERS: u8 = 1;

fn main() {}
