use jwt_guard::Router;
use jwt_guard::routing::get;

fn main() {
    let _router: Router = Router::new().route("/", get(axum::routing::get(|| async {})));
}
