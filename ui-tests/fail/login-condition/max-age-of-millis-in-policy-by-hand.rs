use std::time::Duration;

use jwt_guard::policy::{Policy, Requirement, Rule};

struct Recent;

impl Policy for Recent {
    const RULE: Rule =
        Rule::authenticated().with_requirement(Requirement::MaxAge(Duration::from_millis(1500)));
}

#[jwt_guard::requires(policy = Recent)]
async fn list() {}

fn main() {}
