use jwt_guard::requires;

struct Orders;

#[requires(scope = "orders:read")]
impl Orders {
    async fn list() {}
}

fn main() {}
