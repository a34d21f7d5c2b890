use jwt_guard::requires;

struct Orders;

impl Orders {
    #[requires(scope = "orders:read")]
    async fn list(self: Box<Self>) {}
}

fn main() {}
