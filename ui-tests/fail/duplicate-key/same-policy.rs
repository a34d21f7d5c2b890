use jwt_guard::requires;

struct CanBook;

impl jwt_guard::policy::Policy for CanBook {
    const RULE: jwt_guard::policy::Rule = jwt_guard::policy::Rule::authenticated();
}

#[requires(policy = CanBook, policy = CanBook)]
async fn list() {}

fn main() {}
