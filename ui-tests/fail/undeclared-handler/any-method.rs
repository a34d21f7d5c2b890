use jwt_guard::Router;
use jwt_guard::routing::any;

async fn list() {}

fn main() {
    let _router: Router = Router::new().route("/", any(list));
}
