jwt_guard::scopes! {
    enum Scope {
        Read: "orders:read",
    }
}

fn main() {}
