use jwt_guard::policy::{Policy, Requirement, Rule};

struct Tried;

impl Policy for Tried {
    const RULE: Rule = Rule::authenticated().with_requirement(Requirement::Role("clerk")).report_only();
}

#[jwt_guard::requires(policy = Tried)]
async fn list() {}

fn main() {}
