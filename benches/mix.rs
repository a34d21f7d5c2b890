//! Many tokens: each one new, and ten thousand by Zipf's law, as in a service with that many users.
//!
//! `cargo bench -p jwt-guard-benches --bench mix`; with `-- --smoke` or `BENCH_SMOKE=1` a short run that judges nothing.
//! The contenders answer as the program of the README. The reference looks the whole token up in a map, and verifies and
//! keeps it where it is not there.

use std::process::ExitCode;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::routing::get;
use http::header::AUTHORIZATION;
use http::request::Parts;
use http::{Request, StatusCode};
use jsonwebtoken::DecodingKey;
use jwt_guard::setup::TokenCache;
use jwt_guard::{Claims, requires};
use jwt_guard_benches::{
    AUDIENCE, AccessClaims, Contender, Cost, Effort, ISSUER, SIGNERS, Signer, choose_backend, measure, zipf,
};

async fn bare() -> String {
    "orders of 5f0c2a9e-7d4b-4c1a-9b1e-3d2f6a8c7e10".to_owned()
}

#[requires(scope = "orders:read")]
async fn guarded(claims: Claims) -> String {
    format!("orders of {}", claims.subject())
}

#[expect(clippy::disallowed_types, reason = "the reference uses it")]
type Validation = jsonwebtoken::Validation;

/// Tokens that were verified, and what verifies others.
#[derive(Clone)]
struct Reference(Arc<(Known, DecodingKey, Validation)>);

type Known = quick_cache::sync::Cache<Box<[u8]>, Arc<AccessClaims>>;

struct Caller(Arc<AccessClaims>);

impl FromRequestParts<Reference> for Caller {
    type Rejection = StatusCode;

    async fn from_request_parts(request: &mut Parts, reference: &Reference) -> Result<Self, StatusCode> {
        let (known, key, validation) = &*reference.0;
        let value = request.headers.get(AUTHORIZATION).ok_or(StatusCode::UNAUTHORIZED)?;
        let token = value.as_bytes().strip_prefix(b"Bearer ").ok_or(StatusCode::UNAUTHORIZED)?;
        if let Some(claims) = known.get(token) {
            let is_good = jsonwebtoken::get_current_timestamp() < claims.exp;
            return if is_good { Ok(Self(claims)) } else { Err(StatusCode::UNAUTHORIZED) };
        }
        #[expect(clippy::disallowed_methods, reason = "the reference uses it")]
        let decoded = jsonwebtoken::decode::<AccessClaims>(token, key, validation);
        let claims = Arc::new(decoded.map_err(|_| StatusCode::UNAUTHORIZED)?.claims);
        known.insert(token.into(), Arc::clone(&claims));
        Ok(Self(claims))
    }
}

async fn by_reference(caller: Caller) -> String {
    format!("orders of {}", caller.0.sub)
}

fn reference(signer: &Signer) -> axum::Router {
    let mut validation = Validation::new(signer.algorithm());
    validation.set_issuer(&[ISSUER]);
    validation.set_audience(&[AUDIENCE]);
    let known = Known::new(USERS);
    let reference = Reference(Arc::new((known, signer.decoding_key(), validation)));
    axum::Router::new().route("/orders", get(by_reference)).with_state(reference)
}

fn ours(signer: &Signer, cache: TokenCache) -> jwt_guard::Router {
    let guard = signer.guard().token_cache(cache).build().expect("a good configuration");
    jwt_guard::Router::new().route("/orders", jwt_guard::routing::get(guarded)).with_guard(guard)
}

fn floor() -> axum::Router {
    axum::Router::new().route("/orders", get(bare))
}

/// Tokens of as many users.
fn requests(signer: &Signer, number: usize) -> Vec<Request<()>> {
    let request = |number: usize| {
        let token = signer.sign(&AccessClaims { jti: number.to_string(), ..AccessClaims::good() });
        let request = Request::get("/orders").header(AUTHORIZATION, format!("Bearer {token}"));
        request.body(()).expect("a request")
    };
    (0..number).map(request).collect()
}

const USERS: usize = 10_000;

/// Requests of the users before the first one comes again.
const DRAWS: usize = 40_000;

/// The most that remembering may cost where no token comes again, and that the guard may cost of the reference.
const MOST_FOR_NOTHING: f64 = 1.15;
const MOST_OF_REFERENCE: f64 = 2.4;

/// Every token new: what remembering costs for nothing.
fn unique(signer: &Signer, effort: Effort) -> bool {
    let requests: Arc<[_]> = requests(signer, effort.fresh_requests()).into();
    let contender = |name, app| Contender::with_requests(name, app, Arc::clone(&requests), StatusCode::OK);
    let mut contenders = [
        Contender::with_requests("floor", floor(), Arc::clone(&requests), StatusCode::OK).each_once(),
        contender("off", ours(signer, TokenCache::off())).each_once(),
        contender("on", ours(signer, TokenCache::new())).each_once(),
        contender("at first sight", ours(signer, TokenCache::new().at_first_sight())).each_once(),
    ];
    let costs = measure(&mut contenders, effort);
    print(signer, "all new", &costs, ("on", "off", MOST_FOR_NOTHING))
}

/// Ten thousand users.
fn many_users(signer: &Signer, effort: Effort) -> bool {
    let users = if effort.judges() { USERS } else { 100 };
    let draws = if effort.judges() { DRAWS } else { 400 };
    let known = requests(signer, users);
    let requests: Arc<[_]> = zipf(users, draws).map(|user| known[user].clone()).collect();
    let contender = |name, app| Contender::with_requests(name, app, Arc::clone(&requests), StatusCode::OK);
    let mut contenders = [
        Contender::with_requests("floor", floor(), Arc::clone(&requests), StatusCode::OK),
        contender("off", ours(signer, TokenCache::off())),
        contender("on", ours(signer, TokenCache::new())),
        Contender::with_requests("reference", reference(signer), Arc::clone(&requests), StatusCode::OK),
    ];
    let costs = measure(&mut contenders, effort);
    print(signer, "many users", &costs, ("on", "reference", MOST_OF_REFERENCE))
}

/// Prints the costs, and says whether one contender is within its part of the other.
fn print(signer: &Signer, case: &str, costs: &[Cost], (ours, other, most): (&str, &str, f64)) -> bool {
    let above = |name: &str| {
        let of = |name: &str| costs.iter().find(|cost| cost.name == name).map_or(f64::NAN, |cost| cost.quiet);
        of(name) - of("floor")
    };
    for cost in costs {
        println!("{:6} {case:11} {:15} {:8.0} {:8.0}", signer.name, cost.name, cost.quiet, above(&cost.name));
    }
    let ratio = above(ours) / above(other);
    let verdict = if ratio <= most { "PASS" } else { "FAIL" };
    println!("{:6} {case:11} {ours} is {ratio:.2} of {other} <= {most:.2} {verdict}\n", signer.name);
    ratio <= most
}

fn main() -> ExitCode {
    let effort = Effort::from_env();
    choose_backend();
    println!("CPU nanoseconds of one request, and what is above the floor.\n");
    let [hs256, _, es256, _] = &SIGNERS;
    let mut met = unique(hs256, effort);
    for signer in [hs256, es256] {
        met &= many_users(signer, effort);
    }
    println!("mix: {}", effort.verdict(met));
    if met || !effort.judges() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
