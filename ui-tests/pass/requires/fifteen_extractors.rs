//! As many extractors as axum takes, less one.

use axum::http::Method;
use jwt_guard::Router;
use jwt_guard::requires;
use jwt_guard::routing::get;

use crate::policies;

#[requires(scope = "orders:read")]
#[expect(clippy::too_many_arguments, reason = "as many as axum takes")]
async fn list(
    _a: Method,
    _b: Method,
    _c: Method,
    _d: Method,
    _e: Method,
    _f: Method,
    _g: Method,
    _h: Method,
    _i: Method,
    _j: Method,
    _k: Method,
    _l: Method,
    _m: Method,
    _n: Method,
    _body: String,
) {
}

#[test]
fn the_policy_is_the_written_one() {
    let router: Router = Router::new().route("/", get(list));
    assert_eq!(policies(&router), [r#"requires(scope = "orders:read")"#]);
}
