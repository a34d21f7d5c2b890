use jwt_guard::requires;

mod rules {
    pub struct CanBook;
}

#[requires(policy = rules::CanBok)]
async fn list() {}

fn main() {}
