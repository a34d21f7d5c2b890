use jwt_guard::routing::get;
use jwt_guard::{Claims, Router};

async fn me(_: Claims) {}

fn main() {
    let _router: Router = Router::new().route("/", get(me));
}
