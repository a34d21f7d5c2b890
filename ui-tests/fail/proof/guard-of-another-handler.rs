use jwt_guard::{anonymous_allowed, requires};

#[requires(scope = "orders:read")]
async fn list() {}

#[anonymous_allowed]
async fn shop_window() {}

fn main() {
    let _router: axum::Router = axum::Router::new()
        .route("/", axum::routing::get(|guard| async move { both(guard).await }));
}

async fn both(guard: jwt_guard::extract::Guarded<__JwtGuardShopWindow>) {
    list(guard).await;
}
