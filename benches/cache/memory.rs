//! A million callers, each with a token of its own: what the guard still holds of them.

use axum::body::Body;
use http::Request;
use http::header::AUTHORIZATION;
use jwt_guard::setup::TokenCache;
use jwt_guard::{Claims, Router, authentication_required, routing};
use jwt_guard_benches::{AccessClaims, App, Effort, SIGNERS, answer};
use tokio::runtime;

const TOKENS: usize = 1_000_000;
const FEW_TOKENS: usize = 20_000;

/// What a guard takes by default.
const BOUND: u64 = 64 * 1024 * 1024;

/// The claims in the type that takes the most memory.
#[authentication_required]
async fn guarded(claims: Claims) -> &'static str {
    std::hint::black_box(&claims);
    "ok"
}

/// Prints the memory and says whether it is within bounds.
pub(crate) fn measure(effort: Effort) -> bool {
    let [signer, ..] = &SIGNERS;
    let guard =
        signer.guard().token_cache(TokenCache::new().at_first_sight()).build().expect("a configuration");
    let mut app = App::from(Router::new().route("/", routing::get(guarded)).with_guard(guard.clone()));
    let runtime = runtime::Builder::new_current_thread().build().expect("a runtime");
    let tokens = if effort.judges() { TOKENS } else { FEW_TOKENS };
    let mut held = 0;
    let counted = allocation_counter::measure(|| {
        for number in 0..tokens {
            let claims = AccessClaims { jti: format!("token-{number}"), ..AccessClaims::good() };
            let request = Request::get("/").header(AUTHORIZATION, format!("Bearer {}", signer.sign(&claims)));
            let status = runtime.block_on(answer(&mut app, request.body(Body::empty()).expect("a request")));
            held += u64::from(status.is_success());
        }
    });
    assert_eq!(held, tokens as u64, "every token is good");
    let bytes = u64::try_from(counted.bytes_current).unwrap_or_default();
    println!(
        "\n{tokens} distinct tokens: {:.1} MiB held, at the most {:.1} MiB; the bound is {:.0} MiB",
        mib(bytes),
        mib(counted.bytes_max),
        mib(BOUND)
    );
    guard.clear_token_cache();
    bytes <= BOUND && counted.bytes_max <= BOUND
}

fn mib(bytes: u64) -> f64 {
    bytes as f64 / 1024.0 / 1024.0
}
