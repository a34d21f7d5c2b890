jwt_guard::roles! {
    enum Role {}
}

fn main() {}
