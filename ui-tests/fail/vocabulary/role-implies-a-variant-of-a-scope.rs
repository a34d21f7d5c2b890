jwt_guard::roles! {
    enum Role {
        Clerk = "clerk",
        Manager = "manager" implies [Clerk, Scope::Clerk],
    }
}

fn main() {}
