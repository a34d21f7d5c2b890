jwt_guard::roles! {
    enum Role {
        Clerk = "clerk",
        Manager = "manager" implies Clerk
        Owner = "owner" implies Manager,
    }
}

fn main() {}
