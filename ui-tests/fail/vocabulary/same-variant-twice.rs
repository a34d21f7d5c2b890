jwt_guard::scopes! {
    enum Scope {
        Read = "orders:read",
        Read = "orders:list",
    }
}

fn main() {}
