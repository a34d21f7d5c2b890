type Order = axum::Json<u64>;

#[jwt_guard::check]
async fn is_small(order: Order) -> bool {
    order.0 < 10
}

fn main() {}
