use jwt_guard::anonymous_allowed;

struct CanBook;

#[anonymous_allowed(policy = CanBook)]
async fn list() {}

fn main() {}
