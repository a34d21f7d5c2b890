use jwt_guard::policy::{Policy, Requirement, Rule};

struct Own;

impl Policy for Own {
    const RULE: Rule = Rule::authenticated().with_requirement(Requirement::Owner("user_id"));
}

#[jwt_guard::requires(not(policy = Own))]
async fn approve() {}

fn main() {}
