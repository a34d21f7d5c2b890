jwt_guard::scopes! {
    enum Scope {
        Read = "orders:read",
        Write = "orders:write",
        Admin = "admin" implies [Read Write],
    }
}

fn main() {}
