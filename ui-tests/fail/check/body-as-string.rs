#[jwt_guard::check]
async fn is_small(order: String) -> bool {
    order.len() < 10
}

fn main() {}
