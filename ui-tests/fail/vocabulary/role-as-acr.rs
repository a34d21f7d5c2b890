use jwt_guard::requires;

jwt_guard::roles! {
    enum Role {
        Clerk = "clerk",
    }
}

#[requires(acr = Role::Clerk)]
async fn list() {}

fn main() {}
