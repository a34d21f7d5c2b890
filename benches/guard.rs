//! What a guard costs: a bare handler, an extractor written by hand over `jsonwebtoken::decode`, and the attributes.
//!
//! `cargo bench -p jwt-guard-benches --bench guard`; with `-- --smoke` or `BENCH_SMOKE=1` a short run that shows
//! that the bench works and judges no number.

use std::process::ExitCode;
use std::sync::Arc;

use axum::extract::{FromRequestParts, Json};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::header::{ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, HOST, USER_AGENT};
use http::request::Parts;
use http::{HeaderValue, Request, StatusCode};
use jsonwebtoken::DecodingKey;
use jwt_guard::setup::TokenCache;
use jwt_guard::{Claims, JwtGuard, authentication_required, requires};
use jwt_guard_benches::{
    AUDIENCE, AccessClaims, Contender, Cost, Effort, ISSUER, SIGNERS, Signer, choose_backend, measure,
};
use serde_json::json;

// The floor.

async fn bare() -> &'static str {
    "ok"
}

// By hand, as axum's example `jwt`: the key and the rules in the state, the claims in a struct.

#[derive(Clone)]
struct Rules(Arc<(DecodingKey, Validation)>);

#[expect(clippy::disallowed_types, reason = "the contender that uses it")]
type Validation = jsonwebtoken::Validation;

struct ByHand(AccessClaims);

enum Refused {
    NoToken,
    BadToken,
}

impl FromRequestParts<Rules> for ByHand {
    type Rejection = Refused;

    async fn from_request_parts(request: &mut Parts, rules: &Rules) -> Result<Self, Refused> {
        let token = request
            .headers
            .get(AUTHORIZATION)
            .and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "))
            .ok_or(Refused::NoToken)?;
        let (key, validation) = &*rules.0;
        #[expect(clippy::disallowed_methods, reason = "the contender that uses it")]
        let decoded = jsonwebtoken::decode::<AccessClaims>(token, key, validation);
        decoded.map(|decoded| Self(decoded.claims)).map_err(|_| Refused::BadToken)
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let message = match self {
            Self::NoToken => "Missing credentials",
            Self::BadToken => "Invalid token",
        };
        (StatusCode::UNAUTHORIZED, Json(json!({ "error": message }))).into_response()
    }
}

async fn by_hand(claims: ByHand) -> &'static str {
    std::hint::black_box(&claims.0);
    "ok"
}

/// The shortest way to remember tokens: look the whole token up, and see whether its time has come.
#[derive(Clone)]
struct Remembered(Arc<quick_cache::sync::Cache<Box<[u8]>, Arc<AccessClaims>>>);

struct LookedUp(Arc<AccessClaims>);

impl FromRequestParts<Remembered> for LookedUp {
    type Rejection = Refused;

    async fn from_request_parts(request: &mut Parts, known: &Remembered) -> Result<Self, Refused> {
        let value = request.headers.get(AUTHORIZATION).map(HeaderValue::as_bytes).ok_or(Refused::NoToken)?;
        let token = value.strip_prefix(b"Bearer ").ok_or(Refused::NoToken)?;
        let claims = known.0.get(token).ok_or(Refused::BadToken)?;
        if jsonwebtoken::get_current_timestamp() < claims.exp {
            Ok(Self(claims))
        } else {
            Err(Refused::BadToken)
        }
    }
}

async fn looked_up(claims: LookedUp) -> &'static str {
    std::hint::black_box(&claims.0);
    "ok"
}

// Ours.

#[authentication_required]
async fn with_claims(claims: Claims<AccessClaims>) -> &'static str {
    std::hint::black_box(&claims);
    "ok"
}

#[requires(scope = "orders:read")]
async fn with_scope() -> &'static str {
    "ok"
}

/// A kind of request.
struct Case {
    name: &'static str,
    /// Whether the guard remembers verified tokens.
    remembered: bool,
    authorization: Option<String>,
    admitted: bool,
}

fn cases(signer: &Signer) -> [Case; 6] {
    let refused = |name, token: String| Case {
        name,
        remembered: false,
        authorization: Some(format!("Bearer {token}")),
        admitted: false,
    };
    let good = signer.sign(&AccessClaims::good());
    [
        Case { admitted: true, ..refused("valid", good.clone()) },
        Case { admitted: true, remembered: true, ..refused("cached", good.clone()) },
        Case { authorization: None, ..refused("no token", String::new()) },
        refused("garbage", "not-a-token".to_owned()),
        refused("bad signature", signer.forge(&good)),
        refused("expired", signer.sign(&AccessClaims::expired())),
    ]
}

fn contenders(signer: &Signer, guard: &JwtGuard, case: &Case) -> Vec<Contender> {
    // The guard of the process remembers nothing. One that does comes with the request, for every contender, so that
    // no layer is measured.
    let mut request = Request::get("/orders")
        .header(HOST, "api.example")
        .header(USER_AGENT, "curl/8.5.0")
        .header(ACCEPT, "application/json")
        .header(ACCEPT_ENCODING, "gzip, br");
    if let Some(value) = &case.authorization {
        request = request.header(AUTHORIZATION, value);
    }
    let mut request = request.body(()).expect("a request");
    if case.remembered {
        guard.provide(request.extensions_mut());
    }
    let status = if case.admitted { StatusCode::OK } else { StatusCode::UNAUTHORIZED };

    let mut validation = Validation::new(signer.algorithm());
    validation.set_issuer(&[ISSUER]);
    validation.set_audience(&[AUDIENCE]);
    let rules = Rules(Arc::new((signer.decoding_key(), validation)));
    let route = |methods| jwt_guard::Router::new().route("/orders", methods);
    let mut contenders = vec![
        Contender::new(
            "floor",
            axum::Router::new().route("/orders", get(bare)),
            request.clone(),
            StatusCode::OK,
        ),
        Contender::new(
            "by hand",
            axum::Router::new().route("/orders", get(by_hand)).with_state(rules),
            request.clone(),
            status,
        ),
        Contender::new(
            GUARD,
            route(jwt_guard::routing::get(with_scope)).into_axum(),
            request.clone(),
            status,
        ),
        Contender::new(
            "and Claims<T>",
            route(jwt_guard::routing::get(with_claims)).into_axum(),
            request.clone(),
            status,
        ),
        Contender::new(
            "in a layer",
            route(jwt_guard::routing::get(with_scope)).with_guard(guard.clone()).into_axum(),
            request.clone(),
            status,
        ),
    ];
    if let Some(token) = case.authorization.as_ref().filter(|_| case.remembered) {
        let known = quick_cache::sync::Cache::new(10_000);
        known.insert(token.as_bytes()["Bearer ".len()..].into(), Arc::new(AccessClaims::good()));
        let router = axum::Router::new().route("/orders", get(looked_up));
        let router = router.with_state(Remembered(Arc::new(known)));
        contenders.push(Contender::new(LOOK_UP, router, request, status));
    }
    contenders
}

/// The contender that is judged: `#[requires(scope = ..)]`, with the guard of the process. The two after it are for
/// reading: the same with the claims in a type of the handler's own, and with the guard brought by a layer, for which
/// axum boxes every request once more.
const GUARD: &str = "guard";

/// The most that ours may cost, as a part of what the hand-written extractor costs above the floor.
fn target(signer: &Signer) -> f64 {
    match signer.name {
        // By hand 3.6 us with jsonwebtoken 12, and 4.4 us with 11.
        "HS256" => 0.65,
        "RS256" => 0.9,
        // Nothing but the signature is left.
        _ => 1.0,
    }
}

/// The reference for a token that was verified before: a look-up by the whole token, and one clock.
const LOOK_UP: &str = "look-up";

/// The most that a guard may cost that has verified the token before, as a part of what the look-up costs above the
/// floor. It also checks keys, epoch, a second clock and the policy.
const LONGEST_HIT: f64 = 1.75;

/// Judges a token that was verified before: by the look-up, with ES256 also by the hand-written extractor, and no
/// allocation beside the floor's.
fn judge_hit(signer: &Signer, of_look_up: f64, ratio: f64, no_allocation: bool) -> (bool, String) {
    let is_cheap = of_look_up <= LONGEST_HIT && (signer.name != "ES256" || ratio <= 0.01);
    let verdict = format!(
        "{ratio:.3}, {of_look_up:.2} <= {LONGEST_HIT:.2} of the look-up {}, allocations as the floor {}",
        word(is_cheap),
        word(no_allocation)
    );
    (is_cheap && no_allocation, verdict)
}

/// Prints the costs of one case, and says whether ours meet their target.
fn print(signer: &Signer, case: &Case, costs: &[Cost]) -> bool {
    let [floor, by_hand, _ours @ ..] = costs else {
        return false;
    };
    let look_up = costs.iter().find(|cost| cost.name == LOOK_UP).map(|cost| cost.quiet - floor.quiet);
    let mut met = true;
    for cost in costs {
        let guard = cost.quiet - floor.quiet;
        let ratio = guard / (by_hand.quiet - floor.quiet);
        let verdict = if let Some(look_up) = look_up.filter(|_| cost.name == GUARD) {
            let no_allocation = cost.allocations == floor.allocations;
            let (is_met, verdict) = judge_hit(signer, guard / look_up, ratio, no_allocation);
            met &= is_met;
            verdict
        } else if cost.name != GUARD {
            if case.admitted { format!("{ratio:.2}") } else { format!("{:.2}", cost.quiet / by_hand.quiet) }
        } else if case.admitted {
            let target = target(signer);
            met &= ratio <= target;
            format!("{ratio:.2} <= {target:.2} {}", word(ratio <= target))
        } else {
            // The whole request: a refusal does less than the floor's handler, so a ratio of differences says nothing.
            let ratio = cost.quiet / by_hand.quiet;
            met &= ratio <= 1.0;
            format!("{ratio:.2} <= 1.0 {} (whole request)", word(ratio <= 1.0))
        };
        println!(
            "{:6} {:14} {:16} {:8.0} {:8.0} {:8.0} {:6} {:7}  {verdict}",
            signer.name, case.name, cost.name, cost.quiet, cost.median, guard, cost.allocations, cost.bytes,
        );
    }
    met
}

/// The guard of the process: it knows the keys of all algorithms.
fn install_guard() {
    let [first, others @ ..] = &SIGNERS;
    let guard = others.iter().fold(first.guard(), |builder, signer| signer.add_key(builder));
    guard
        .token_cache(TokenCache::off())
        .build()
        .expect("a good configuration")
        .install()
        .expect("the first guard");
}

fn word(met: bool) -> &'static str {
    if met { "PASS" } else { "FAIL" }
}

fn main() -> ExitCode {
    let effort = Effort::from_env();
    choose_backend();
    install_guard();
    println!(
        "CPU nanoseconds and heap allocations of one request; the guard's cost is quiet minus the floor's quiet."
    );
    println!("The last column is the ratio to the extractor written by hand, and the most that it may be.\n");
    println!(
        "{:6} {:14} {:16} {:>8} {:>8} {:>8} {:>6} {:>7}  ratio",
        "", "case", "contender", "quiet", "median", "guard", "allocs", "bytes"
    );
    let mut met = true;
    for signer in &SIGNERS {
        // One guard for all cases, as in a service: it has seen good tokens before it refuses bad ones.
        let [guard, remembering] = [TokenCache::off(), TokenCache::new().all_algorithms()]
            .map(|cache| signer.guard().token_cache(cache).build().expect("a good configuration"));
        for case in cases(signer) {
            let guard = if case.remembered { &remembering } else { &guard };
            let costs = measure(&mut contenders(signer, guard, &case), effort);
            met &= print(signer, &case, &costs);
            println!();
        }
    }
    println!("guard: {}", effort.verdict(met));
    if met || !effort.judges() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
