use axum::http::Method;
use jwt_guard::Router;
use jwt_guard::routing::get;

async fn list(
    _: Method,
    _: Method,
    _: Method,
    _: Method,
    _: Method,
    _: Method,
    _: Method,
    _: Method,
    _: Method,
    _: Method,
    _: Method,
    _: Method,
    _: Method,
    _: Method,
    _: Method,
    _: Method,
) {}

fn main() {
    let _router: Router = Router::new().route("/", get(list));
}
