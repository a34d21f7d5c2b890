jwt_guard::roles! {
    enum Role {
        Clerk = 1,
    }
}

fn main() {}
