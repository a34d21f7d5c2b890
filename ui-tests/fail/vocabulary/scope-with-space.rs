jwt_guard::scopes! {
    enum Scope {
        Both = "orders:read orders:write",
    }
}

fn main() {}
