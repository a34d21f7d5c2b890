use jwt_guard::requires;

#[requires(scope = "orders:read")]
pub struct Orders;

fn main() {}
