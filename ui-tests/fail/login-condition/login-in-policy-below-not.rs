use std::time::Duration;

use jwt_guard::policy::{Policy, Requirement, Rule};

struct Recent;

impl Policy for Recent {
    const RULE: Rule =
        Rule::authenticated().with_requirement(Requirement::MaxAge(Duration::from_secs(600)));
}

#[jwt_guard::requires(not(policy = Recent))]
async fn list() {}

fn main() {}
