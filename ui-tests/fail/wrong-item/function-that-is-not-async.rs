use jwt_guard::requires;

#[requires(scope = "orders:read")]
fn list() -> &'static str {
    "orders"
}

fn main() {}
