jwt_guard::roles! {
    enum Role {
        Clerk = "clerk" implies Clerk,
    }
}

fn main() {}
