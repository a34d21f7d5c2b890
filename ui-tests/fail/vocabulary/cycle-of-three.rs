jwt_guard::roles! {
    enum Role {
        Clerk = "clerk" implies Owner,
        Manager = "manager" implies Clerk,
        Owner = "owner" implies [Manager],
    }
}

fn main() {}
