jwt_guard::scopes! {
    enum Scope {
        Read = "orders:read",
        List = "orders:read",
    }
}

fn main() {}
