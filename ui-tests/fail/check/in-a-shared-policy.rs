use jwt_guard::policy::{Policy, Rule};

struct Open;

impl Policy for Open {
    const RULE: Rule = Rule::authenticated().with_checks(&["is_open"]);
}

#[jwt_guard::requires(policy = Open)]
async fn list() {}

fn main() {}
