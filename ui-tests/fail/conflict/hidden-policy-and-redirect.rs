use jwt_guard::policy::{DenyAs, Policy, Rule};
use jwt_guard::requires;

struct Hidden;

impl Policy for Hidden {
    const RULE: Rule = Rule::authenticated().with_deny_as(DenyAs::NotFound);
}

#[requires(policy = Hidden, redirect = "/login")]
async fn list() {}

fn main() {}
