jwt_guard::scopes! {
    enum Scope {
        Read = "orders:read" implies,
    }
}

fn main() {}
