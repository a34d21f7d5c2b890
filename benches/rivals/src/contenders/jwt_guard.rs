//! jwt-guard, as its documentation begins: an attribute with a scope, typed claims, the guard on the router.

use std::hint::black_box;

use axum::Router;
use jwt_guard::routing::get;
use jwt_guard::{Claims, TokenCache, requires};
use jwt_guard_benches::{AccessClaims, Signer};

use super::{Contender, PATH, Role};

pub const UNCACHED: Contender = Contender {
    name: "jwt-guard, no cache",
    role: Role::Ours { default_for: &["HS256"] },
    crypto: "aws-lc-rs",
    remark: "checks a scope; the default for HMAC",
    layout: None,
    router: |signer| Some(router(signer, TokenCache::off())),
};

pub const CACHED: Contender = Contender {
    name: "jwt-guard, cache",
    role: Role::Ours { default_for: &["RS256", "ES256", "EdDSA"] },
    crypto: "aws-lc-rs",
    remark: "checks a scope; the default for asymmetric signatures, here for HMAC too, in 16 MiB",
    layout: None,
    router: |signer| Some(router(signer, TokenCache::new().all_algorithms())),
};

#[requires(scope = "orders:read")]
async fn orders(claims: Claims<AccessClaims>) -> &'static str {
    black_box(claims);
    "ok"
}

fn router(signer: &Signer, cache: TokenCache) -> Router {
    let guard = signer.guard().token_cache(cache).build().expect("a good configuration");
    jwt_guard::Router::new().route(PATH, get(orders)).with_guard(guard).into_axum()
}
