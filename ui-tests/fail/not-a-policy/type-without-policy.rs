use jwt_guard::requires;

struct CanBook;

#[requires(policy = CanBook)]
async fn list() {}

fn main() {}
