use jwt_guard::policy::{Scopes, Term};
use jwt_guard::requires;

enum Scope {
    Read,
}

impl Scope {
    const fn as_bytes(self) -> &'static [u8] {
        b"orders read"
    }
}

impl Scopes for Scope {
    const TERMS: &'static [Term] = &[Term::new("orders read")];
}

#[requires(scope = Scope::Read)]
async fn list() {}

fn main() {}
