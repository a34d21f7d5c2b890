use jwt_guard::requires;

enum Scope {
    Read,
}

#[requires(any(scope = Scope::Read, scope = "orders:write"))]
async fn list() {}

fn main() {}
