//! What a guard costs: a bare handler, an extractor written by hand over `jsonwebtoken::decode`, and the attributes.
//!
//! `cargo bench -p jwt-guard-benches --bench guard`; with `-- --smoke` or `BENCH_SMOKE=1` a short run that shows
//! that the bench works and judges no number; with `-- HS256 "no token"` only what is named.
//!
//! `-- --write` puts the figures of the run into the tables of the guide and the README, and draws the chart of the guide
//! anew; `-- --draw` only draws it, of the table in the guide.

mod chart;
mod figures;

use std::env;
use std::process::ExitCode;
use std::sync::Arc;

use axum::extract::{FromRequestParts, Json};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use figures::Figures;
use http::header::{ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, HOST, USER_AGENT};
use http::request::Parts;
use http::{HeaderValue, Request, StatusCode};
use jsonwebtoken::DecodingKey;
use jwt_guard::setup::TokenCache;
use jwt_guard::{Claims, JwtGuard, Principal, requires};
use jwt_guard_benches::{
    AUDIENCE, AccessClaims, Asked, Contender, Cost, Effort, ISSUER, SIGNERS, Signer, choose_backend, measure,
};
use serde_json::json;

// The floor.

async fn bare() -> String {
    "orders of 5f0c2a9e-7d4b-4c1a-9b1e-3d2f6a8c7e10".to_owned()
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

async fn by_hand(claims: ByHand) -> String {
    format!("orders of {}", claims.0.sub)
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

async fn looked_up(claims: LookedUp) -> String {
    format!("orders of {}", claims.0.sub)
}

// Ours.

#[requires(scope = "orders:read")]
async fn with_claims(claims: Claims) -> String {
    format!("orders of {}", claims.subject())
}

#[requires(scope = "orders:read")]
async fn with_principal(caller: Principal) -> String {
    format!("orders of {}", caller.subject().unwrap_or_default())
}

#[requires(scope = "orders:read")]
async fn with_typed(claims: Claims<AccessClaims>) -> String {
    format!("orders of {}", claims.sub)
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
        Case { authorization: None, ..refused(NO_TOKEN, String::new()) },
        refused(GARBAGE, "not-a-token".to_owned()),
        refused("bad signature", signer.forge(&good)),
        refused("expired", signer.sign(&AccessClaims::expired())),
    ]
}

fn contenders(signer: &Signer, guard: &JwtGuard, case: &Case) -> Vec<Contender> {
    let mut request = Request::get("/orders")
        .header(HOST, "api.example")
        .header(USER_AGENT, "curl/8.5.0")
        .header(ACCEPT, "application/json")
        .header(ACCEPT_ENCODING, "gzip, br");
    if let Some(value) = &case.authorization {
        request = request.header(AUTHORIZATION, value);
    }
    let request = request.body(()).expect("a request");
    // The guard of the process remembers nothing, so one that does comes with the request, as if it were installed.
    let mut installed = request.clone();
    if case.remembered {
        guard.provide(installed.extensions_mut());
    }
    let status = if case.admitted { StatusCode::OK } else { StatusCode::UNAUTHORIZED };

    let mut validation = Validation::new(signer.algorithm());
    validation.set_issuer(&[ISSUER]);
    validation.set_audience(&[AUDIENCE]);
    let rules = Rules(Arc::new((signer.decoding_key(), validation)));
    let floor = || axum::Router::new().route("/orders", get(bare));
    let route = |methods| jwt_guard::Router::new().route("/orders", methods);
    let of_readme = || route(jwt_guard::routing::get(with_claims)).with_guard(guard.clone());
    let mut contenders = vec![
        Contender::new(FLOOR, floor(), request.clone(), StatusCode::OK),
        Contender::new(
            BY_HAND,
            axum::Router::new().route("/orders", get(by_hand)).with_state(rules),
            request.clone(),
            status,
        ),
        Contender::new(README, of_readme(), request.clone(), status),
        Contender::new(INSTALLED, route(jwt_guard::routing::get(with_principal)), installed.clone(), status),
        Contender::new(
            "Claims<T>",
            route(jwt_guard::routing::get(with_typed)).with_guard(guard.clone()),
            request.clone(),
            status,
        ),
        Contender::new("as a layer", of_readme().into_axum(), request.clone(), status),
    ];
    if case.remembered {
        contenders.push(Contender::new(FLOOR_OF_INSTALLED, floor(), installed, StatusCode::OK));
    }
    if let Some(token) = case.authorization.as_ref().filter(|_| case.remembered) {
        let known = quick_cache::sync::Cache::new(10_000);
        known.insert(token.as_bytes()["Bearer ".len()..].into(), Arc::new(AccessClaims::good()));
        let router = axum::Router::new().route("/orders", get(looked_up));
        let router = router.with_state(Remembered(Arc::new(known)));
        contenders.push(Contender::new(LOOK_UP, router, request, status));
    }
    contenders
}

const FLOOR: &str = "floor";
const BY_HAND: &str = "by hand";
/// The program of the README: `with_guard`, a scope, `Claims`. It is judged.
const README: &str = "README";
/// The same with the guard of the process and `Principal`. It is judged too. The others are for reading: with the claims in
/// a type of the handler's own, and with the guard as a layer, for which axum boxes every request once more.
const INSTALLED: &str = "installed";
/// The floor of the latter, where a guard comes with the request.
const FLOOR_OF_INSTALLED: &str = "its floor";
/// The reference for a token that was verified before: a look-up by the whole token, and one clock.
const LOOK_UP: &str = "look-up";

/// The most that an admission may cost, as a part of what the hand-written extractor costs above the floor.
fn target(signer: &Signer, contender: &str) -> f64 {
    match (signer.name, contender) {
        // By hand 3.6 us with jsonwebtoken 12, and 4.4 us with 11.
        ("HS256", _) => 0.75,
        ("RS256", _) => 0.9,
        // Nothing but the signature is left.
        _ => 1.0,
    }
}

/// The most that a guard may cost that has verified the token before, as a part of what the look-up costs above the
/// floor. It also checks keys, epoch, a second clock and the policy, and leaves the caller in the request; the one of a
/// router is put there too. Both costs are small, so that their ratio differs by a fifth from processor to processor; `instructions`
/// has figures that do not.
fn longest_hit(contender: &str) -> f64 {
    if contender == README { 2.9 } else { 2.5 }
}

/// The most that a refusal may cost, as a part of the hand-written one: the whole request, for a refusal does less than
/// the floor's handler. By hand it has no challenge. The guard of a router is put into the request.
fn target_of_refusal(case: &Case, contender: &str) -> f64 {
    match case.name {
        NO_TOKEN | GARBAGE if contender == README => 1.08,
        NO_TOKEN | GARBAGE => 1.03,
        _ => 1.0,
    }
}

const NO_TOKEN: &str = "no token";
const GARBAGE: &str = "garbage";

/// Prints the costs of one case, and says whether ours meet their target.
fn print(signer: &Signer, case: &Case, costs: &[Cost]) -> bool {
    let cost_of = |name: &str| costs.iter().find(|cost| cost.name == name);
    let (Some(floor), Some(by_hand)) = (cost_of(FLOOR), cost_of(BY_HAND)) else {
        return false;
    };
    let mut met = true;
    for cost in costs {
        let is_judged = [README, INSTALLED].contains(&&*cost.name);
        let floor = cost_of(FLOOR_OF_INSTALLED).filter(|_| cost.name == INSTALLED).unwrap_or(floor);
        let above = cost.quiet - floor.quiet;
        let (ratio, of, target) = if let Some(look_up) = cost_of(LOOK_UP) {
            (above / (look_up.quiet - costs[0].quiet), "of the look-up", longest_hit(&cost.name))
        } else if case.admitted {
            (above / (by_hand.quiet - floor.quiet), "of by hand", target(signer, &cost.name))
        } else {
            (cost.quiet / by_hand.quiet, "of the whole request by hand", target_of_refusal(case, &cost.name))
        };
        let verdict = if is_judged {
            met &= ratio <= target;
            format!(" <= {target:.2} {}", if ratio <= target { "PASS" } else { "FAIL" })
        } else {
            String::new()
        };
        println!(
            "{:6} {:14} {:10} {:8.0} {:8.0} {above:8.0} {:6} {:7}  {ratio:.3} {of}{verdict}",
            signer.name, case.name, cost.name, cost.quiet, cost.median, cost.allocations, cost.bytes,
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

fn main() -> ExitCode {
    let has = |argument: &str| env::args().any(|given| given == argument);
    if has("--draw") {
        return exit_code(figures::draw());
    }
    let effort = Effort::from_env();
    choose_backend();
    install_guard();
    println!(
        "CPU nanoseconds and heap allocations of one request; `above` is what is above the floor's quiet time.\n"
    );
    println!(
        "{:6} {:14} {:10} {:>8} {:>8} {:>8} {:>6} {:>7}  ratio",
        "", "case", "contender", "quiet", "median", "above", "allocs", "bytes"
    );
    let mut met = true;
    let asked =
        Asked::from_args(&[&SIGNERS.map(|signer| signer.name), &cases(&SIGNERS[0]).map(|case| case.name)]);
    let mut figures = Figures::default();
    for signer in SIGNERS.iter().filter(|signer| asked.covers(signer.name)) {
        // One guard for all cases, as in a service: it has seen good tokens before it refuses bad ones.
        let [guard, remembering] = [TokenCache::off(), TokenCache::new()]
            .map(|cache| signer.guard().token_cache(cache).build().expect("a good configuration"));
        for case in cases(signer).into_iter().filter(|case| asked.covers(case.name)) {
            let guard = if case.remembered { &remembering } else { &guard };
            let costs = measure(&mut contenders(signer, guard, &case), effort);
            met &= print(signer, &case, &costs);
            figures.note(signer.name, case.name, costs);
            println!();
        }
    }
    figures.print();
    println!("guard: {}", effort.verdict(met));
    if !effort.judges() {
        return exit_code(figures::check_chart());
    }
    if has("--write")
        && let Err(problem) = figures.write()
    {
        return exit_code(Err(problem));
    }
    if met { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn exit_code(result: Result<(), String>) -> ExitCode {
    result.map_or_else(
        |problem| {
            println!("guard: FAIL, {problem}");
            ExitCode::FAILURE
        },
        |()| ExitCode::SUCCESS,
    )
}
