jwt_guard::scopes! {
    enum Scope {
        Read,
    }
}

fn main() {}
