use axum::http::Method;
use jwt_guard::Router;
use jwt_guard::routing::get;

#[jwt_guard::authentication_required]
async fn list() {}

async fn create(_: Method) {}

fn main() {
    let _router: Router = Router::new().route("/", get(list).post(create));
}
