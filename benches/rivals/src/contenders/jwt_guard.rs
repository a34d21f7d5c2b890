//! jwt-guard, as its documentation begins: an attribute with a scope, typed claims, the guard on the router.

use std::hint::black_box;

use axum::Router;
use jwt_guard::routing::get;
use jwt_guard::{Claims, JwtGuard, requires};
use jwt_guard_benches::AccessClaims;

use super::{Contender, PATH, Role};

pub const CONTENDER: Contender = Contender {
    name: "jwt-guard",
    role: Role::Ours,
    crypto: "aws-lc-rs",
    remark: "checks a scope, and every rule of its documentation",
    layout: None,
    router: |signer| Some(router(signer.guard().build().expect("a good configuration"))),
};

#[requires(scope = "orders:read")]
async fn orders(claims: Claims<AccessClaims>) -> &'static str {
    black_box(claims);
    "ok"
}

fn router(guard: JwtGuard) -> Router {
    jwt_guard::Router::new().route(PATH, get(orders)).with_guard(guard).into_axum()
}
