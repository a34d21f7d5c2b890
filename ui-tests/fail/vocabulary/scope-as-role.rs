use jwt_guard::requires;

jwt_guard::scopes! {
    enum Scope {
        Read = "orders:read",
    }
}

#[requires(any(role = "clerk", role = Scope::Read))]
async fn list() {}

fn main() {}
