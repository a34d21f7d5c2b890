//! What asking about revocations costs: a guard without a store, and the same guard with a store in memory.
//!
//! `cargo bench -p jwt-guard-benches --bench revocation`; with `-- --smoke` or `BENCH_SMOKE=1` a short run that shows
//! that the bench works and judges no number.

use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use http::header::AUTHORIZATION;
use http::{Request, StatusCode};
use jwt_guard::setup::{Builder, HasAudience, HasKeys};
use jwt_guard::store::{MemoryStore, Revocation, TokenStore as _};
use jwt_guard::{Router, authentication_required, routing};
use jwt_guard_benches::{AccessClaims, Contender, Effort, SIGNERS, choose_backend, measure};

/// What a check may add to a request.
const LIMIT: f64 = 150.0;

/// A busy service: tokens, logins and subjects that were revoked within the life of a token.
const REVOKED: usize = 30_000;

#[authentication_required]
async fn guarded() -> &'static str {
    "ok"
}

fn contender(name: &str, guard: Builder<HasKeys, HasAudience>, token: &str) -> Contender {
    let guard = guard.build().expect("a good configuration");
    let router = Router::new().route("/", routing::get(guarded)).with_guard(guard);
    let request =
        Request::get("/").header(AUTHORIZATION, format!("Bearer {token}")).body(()).expect("a request");
    Contender::new(name, router, request, StatusCode::OK)
}

/// A store in which a third of the entries are tokens, a third logins and a third subjects.
#[expect(clippy::disallowed_methods, reason = "the entries must outlive the run")]
fn full_store() -> MemoryStore {
    let store = MemoryStore::new();
    let now = SystemTime::now();
    let expires_at = now + Duration::from_secs(3600);
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    for index in 0..REVOKED / 3 {
        for what in [
            Revocation::Token { id: format!("token-{index}"), expires_at },
            Revocation::Family { id: format!("login-{index}"), expires_at },
            Revocation::Subject { subject: format!("user-{index}").into(), issued_before: now, expires_at },
        ] {
            runtime.block_on(store.revoke(what, now)).expect("room for the entry");
        }
    }
    store
}

fn main() -> ExitCode {
    let effort = Effort::from_env();
    choose_backend();
    let [signer, ..] = &SIGNERS;
    let token = signer.sign(&AccessClaims::good());
    let mut contenders = [
        contender("without", signer.guard(), &token),
        contender("empty store", signer.guard().token_store(MemoryStore::new()), &token),
        contender("full store", signer.guard().token_store(full_store()), &token),
    ];
    println!("CPU nanoseconds of one HS256 request, and what asking a store in memory adds.\n");
    println!("{:12} {:>8} {:>8} {:>8} {:>6} {:>6}", "store", "quiet", "median", "added", "ratio", "allocs");
    let costs = measure(&mut contenders, effort);
    let mut met = true;
    let floor = costs.first().map_or(0.0, |cost| cost.quiet);
    for cost in &costs {
        let added = cost.quiet - floor;
        met &= added <= LIMIT;
        println!(
            "{:12} {:8.0} {:8.0} {added:8.0} {:6.2} {:6}",
            cost.name,
            cost.quiet,
            cost.median,
            cost.quiet / floor,
            cost.allocations
        );
    }
    println!("\nrevocation: at most {LIMIT} ns: {}", effort.verdict(met));
    if met || !effort.judges() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
