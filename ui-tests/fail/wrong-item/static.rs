use jwt_guard::requires;

#[requires(scope = "orders:read")]
static ORDERS: u8 = 1;

fn main() {}
