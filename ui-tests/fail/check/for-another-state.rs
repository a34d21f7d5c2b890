use axum::extract::State;

#[derive(Clone)]
struct Orders;

#[jwt_guard::check]
async fn is_open(_: State<Orders>) -> bool {
    true
}

#[jwt_guard::requires(check = is_open)]
async fn list() {}

fn router() -> jwt_guard::Router<u64> {
    jwt_guard::Router::new().route("/", jwt_guard::routing::get(list))
}

fn main() {}
