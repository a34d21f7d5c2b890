jwt_guard::scopes! {
    enum Scope {
        Read = "orders:read",
        Write = "orders:write" implies Scope::,
    }
}

fn main() {}
