jwt_guard::scopes! {
    enum Scope {
        Of(u8),
    }
}

fn main() {}
