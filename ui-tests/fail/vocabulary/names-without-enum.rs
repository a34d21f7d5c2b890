jwt_guard::roles! {
    Clerk = "clerk",
}

fn main() {}
