//! jwt-guard: an attribute with a scope, and typed claims. Once with the guard of the process, which does what guards do by
//! default, and twice with a guard on the router, to show what the cache does.

use std::hint::black_box;
use std::sync::Once;

use axum::Router;
use jwt_guard::routing::get;
use jwt_guard::setup::TokenCache;
use jwt_guard::{Claims, requires};
use jwt_guard_benches::{AccessClaims, SIGNERS, Signer};

use super::{Contender, PATH, Role};

pub const INSTALLED: Contender = Contender {
    name: "jwt-guard",
    role: Role::Ours { judged: true },
    crypto: "aws-lc-rs",
    remark: "the guard of the process, by default: with a cache, for HMAC at the second sight; checks a scope",
    layout: None,
    router: |_| {
        static ONCE: Once = Once::new();
        ONCE.call_once(install);
        Some(routes().into_axum())
    },
};

pub const UNCACHED: Contender = Contender {
    name: "jwt-guard in a layer, no cache",
    role: Role::Ours { judged: false },
    crypto: "aws-lc-rs",
    remark: "`with_guard`, for which axum boxes a request once more; checks a scope",
    layout: None,
    router: |signer| Some(in_a_layer(signer, TokenCache::off())),
};

pub const CACHED: Contender = Contender {
    name: "jwt-guard in a layer, cache",
    role: Role::Ours { judged: false },
    crypto: "aws-lc-rs",
    remark: "`with_guard`, for which axum boxes a request once more; with a cache; checks a scope",
    layout: None,
    router: |signer| Some(in_a_layer(signer, TokenCache::new())),
};

#[requires(scope = "orders:read")]
async fn orders(claims: Claims<AccessClaims>) -> &'static str {
    black_box(claims);
    "ok"
}

fn routes() -> jwt_guard::Router {
    jwt_guard::Router::new().route(PATH, get(orders))
}

fn in_a_layer(signer: &Signer, cache: TokenCache) -> Router {
    let guard = signer.guard().token_cache(cache).build().expect("a good configuration");
    routes().with_guard(guard).into_axum()
}

/// A process has one guard: it knows the keys of all algorithms.
fn install() {
    let [first, others @ ..] = &SIGNERS;
    let guard = others.iter().fold(first.guard(), |builder, signer| signer.add_key(builder));
    guard.build().expect("a good configuration").install().expect("the first guard");
}
