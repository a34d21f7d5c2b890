#[jwt_guard::check]
async fn is_small(order: axum::Json<u64>) -> bool {
    order.0 < 10
}

fn main() {}
