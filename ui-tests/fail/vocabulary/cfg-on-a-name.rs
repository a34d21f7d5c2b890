jwt_guard::scopes! {
    enum Scope {
        Read = "orders:read",
        #[cfg(unix)]
        Write = "orders:write" implies Read,
    }
}

fn main() {}
