use jwt_guard::requires;

struct Open;

impl jwt_guard::policy::Policy for Open {
    const RULE: jwt_guard::policy::Rule = jwt_guard::policy::Rule::anonymous();
}

#[requires(policy = Open)]
async fn list() {}

fn main() {}
