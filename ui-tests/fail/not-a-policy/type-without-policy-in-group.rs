use jwt_guard::requires;

mod rules {
    pub struct CanBook;
}

#[requires(any(role = "clerk", not(policy = rules::CanBook)))]
async fn list() {}

fn main() {}
