jwt_guard::roles! {
    enum Role {
        Clerk = "clerk ",
    }
}

fn main() {}
