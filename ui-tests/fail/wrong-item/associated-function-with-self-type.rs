use jwt_guard::requires;

struct Orders;

impl Orders {
    #[requires(scope = "orders:read")]
    async fn list(axum::Extension(_orders): axum::Extension<Self>) {}
}

fn main() {}
