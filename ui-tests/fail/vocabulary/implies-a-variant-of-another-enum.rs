mod reports {
    jwt_guard::scopes! {
        pub enum Report {
            Read = "reports:read",
        }
    }
}

jwt_guard::scopes! {
    enum Scope {
        Read = "orders:read",
        Write = "orders:write" implies reports::Report::Read,
    }
}

fn main() {}
