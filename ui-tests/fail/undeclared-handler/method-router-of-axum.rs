use jwt_guard::Router;

#[jwt_guard::authentication_required]
async fn list() {}

fn main() {
    let _router: Router = Router::new().route("/", axum::routing::get(list));
}
