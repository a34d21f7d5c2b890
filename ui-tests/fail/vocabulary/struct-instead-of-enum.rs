jwt_guard::scopes! {
    pub struct Scope {
        Read = "orders:read",
    }
}

fn main() {}
