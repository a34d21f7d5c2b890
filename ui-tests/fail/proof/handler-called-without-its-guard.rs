#[jwt_guard::requires(scope = "orders:read")]
async fn list() {}

#[jwt_guard::anonymous_allowed]
async fn shop_window() {
    list().await;
}

fn main() {}
