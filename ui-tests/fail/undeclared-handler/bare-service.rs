use jwt_guard::Router;
use jwt_guard::routing::unguarded;

fn main() {
    let assets = axum::routing::get(async || "logo");
    let declared: Router = Router::new().nest_service("/assets", unguarded("static assets", assets.clone()));
    let bare: Router = Router::new()
        .nest_service("/assets", assets.clone())
        .route_service("/logo", assets.clone())
        .fallback_service(assets);
    _ = (declared, bare);
}
