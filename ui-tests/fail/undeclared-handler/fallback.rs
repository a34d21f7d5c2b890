use jwt_guard::Router;

async fn nothing() {}

fn main() {
    let _router: Router = Router::new().fallback(nothing);
}
