use jwt_guard::{Router, requires, routes};

mod orders {
    use super::requires;

    #[utoipa::path(get, path = "/orders", responses((status = OK)))]
    #[requires(scope = "orders:read")]
    pub async fn list() {}

    #[utoipa::path(post, path = "/orders", responses((status = OK)))]
    pub async fn create() {}
}

fn main() {
    let _router: Router = Router::new().routes(routes!(orders::list, orders::create));
}
