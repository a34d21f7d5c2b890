use jwt_guard::requires;

mod roles {
    pub const CLERK: &str = "clerk";
}

#[requires(role = roles::CLERK, role = roles::CLERK)]
async fn list() {}

fn main() {}
