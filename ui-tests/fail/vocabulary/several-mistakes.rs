use jwt_guard::requires;

jwt_guard::scopes! {
    enum Scope {
        Read = "orders read",
        Write = "orders:write" implies [Raed],
        Admin,
    }
}

#[requires(any(scope = Scope::Read, scope = Scope::Admin))]
async fn list() {}

fn main() {}
