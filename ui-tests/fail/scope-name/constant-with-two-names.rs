use jwt_guard::requires;

mod scopes {
    pub const BOTH: &str = "orders:read orders:write";
}

#[requires(scope = scopes::BOTH)]
async fn list() {}

fn main() {}
