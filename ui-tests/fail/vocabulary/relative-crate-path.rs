jwt_guard::scopes! {
    crate = jwt_guard;

    enum Scope {
        Read = "orders:read",
    }
}

fn main() {}
