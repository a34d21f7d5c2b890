use axum::http::Method;
use jwt_guard::Router;
use jwt_guard::routing::get;

fn main() {
    let _router: Router = Router::new().route("/", get(|_: Method| async {}));
}
