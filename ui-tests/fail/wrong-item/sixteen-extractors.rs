use jwt_guard::requires;

use axum::http::Method;

#[requires(scope = "orders:read")]
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

fn main() {}
