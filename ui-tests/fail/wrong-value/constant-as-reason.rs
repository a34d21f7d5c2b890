use jwt_guard::anonymous_allowed;

const REASON: &str = "a shop window";

#[anonymous_allowed(reason = REASON)]
async fn list() {}

fn main() {}
