use jwt_guard::policy::{Roles, Term};
use jwt_guard::requires;

enum Role {
    Clerk,
}

impl Roles for Role {
    const TERMS: &'static [Term] = &[Term::new("clerk")];
}

#[requires(role = Role::Clerk)]
async fn list() {}

fn main() {}
