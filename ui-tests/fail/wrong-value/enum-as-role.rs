use jwt_guard::requires;

enum Role {
    Clerk,
}

#[requires(role = Role::Clerk)]
async fn list() {}

fn main() {}
