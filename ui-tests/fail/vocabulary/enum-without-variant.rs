use jwt_guard::requires;

jwt_guard::scopes! {
    enum Scope {
        OrdersRead = "orders:read",
    }
}

#[requires(scope = Scope)]
async fn list() {}

fn main() {}
