use jwt_guard::Router;

fn main() {
    let _router: Router = Router::new().nest("/static", axum::Router::new());
}
