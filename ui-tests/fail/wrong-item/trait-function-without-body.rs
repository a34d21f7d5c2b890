use jwt_guard::requires;

trait Orders {
    #[requires(scope = "orders:read")]
    async fn list();
}

fn main() {}
