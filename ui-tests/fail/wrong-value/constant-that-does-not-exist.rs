use jwt_guard::requires;

mod scopes {
    pub const READ: &str = "orders:read";
}

#[requires(scope = scopes::RAED)]
async fn list() {}

fn main() {}
