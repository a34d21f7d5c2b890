use jwt_guard::policy::{Policy, Requirement, Rule};

struct Strong;

impl Policy for Strong {
    const RULE: Rule = Rule::authenticated().with_requirement(Requirement::Acr(&[]));
}

#[jwt_guard::requires(policy = Strong)]
async fn list() {}

fn main() {}
