//! How many instructions a request takes: the figure that the load of a machine does not move.
//!
//! `cargo bench -p jwt-guard-benches --bench instructions` plays each case under valgrind's callgrind, and compares it with
//! `instructions.txt`: a case that takes 3 % more fails. `-- --write` writes the file anew. `-- --play CASE` plays one case
//! and nothing else, to be looked at with callgrind's own tools. The figures are those of one kind of processor: crypto
//! and copies choose their code by it.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::{env, fs};

use axum::body::Body;
use axum::routing::get as axum_get;
use http::header::{ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, HOST, USER_AGENT};
use http::{Request, StatusCode};
use jwt_guard::routing::{MethodRouter, get};
use jwt_guard::setup::TokenCache;
use jwt_guard::{Claims, Principal, requires};
use jwt_guard_benches::{AccessClaims, App, SIGNERS, Signer, answer, choose_backend, zipf};
use tokio::runtime::Runtime;

async fn bare() -> String {
    "orders of 5f0c2a9e-7d4b-4c1a-9b1e-3d2f6a8c7e10".to_owned()
}

#[requires(scope = "orders:read")]
async fn nothing() -> String {
    "orders of 5f0c2a9e-7d4b-4c1a-9b1e-3d2f6a8c7e10".to_owned()
}

#[requires(scope = "orders:read")]
async fn principal(caller: Principal) -> String {
    format!("orders of {}", caller.subject().unwrap_or_default())
}

/// As the program of the README.
#[requires(scope = "orders:read")]
async fn claims(claims: Claims) -> String {
    format!("orders of {}", claims.subject())
}

#[requires(scope = "orders:read")]
async fn typed(claims: Claims<AccessClaims>) -> String {
    format!("orders of {}", claims.sub)
}

/// How the guard reaches the handler.
#[derive(Clone, Copy, PartialEq)]
enum Given {
    Installed,
    ByRouter,
    /// A layer, as around a nested router and in `into_axum`.
    Layer,
}

/// What the requests carry.
#[derive(Clone, Copy, PartialEq)]
enum Sent {
    NoToken,
    Garbage,
    Forged,
    Expired,
    Good,
    /// A good token that the guard remembers.
    Known,
    /// One of a thousand good tokens that the guard remembers, by Zipf's law.
    Mix,
}

struct Case {
    name: &'static str,
    /// None for the bare handler.
    guard: Option<(Given, fn() -> MethodRouter)>,
    signer: &'static Signer,
    sent: Sent,
}

const fn case(
    name: &'static str,
    given: Given,
    handler: fn() -> MethodRouter,
    signer: usize,
    sent: Sent,
) -> Case {
    Case { name, guard: Some((given, handler)), signer: &SIGNERS[signer], sent }
}

const HS256: usize = 0;
const RS256: usize = 1;
const ES256: usize = 2;

const CASES: [Case; 21] = {
    use Given::{ByRouter, Installed, Layer};
    use Sent::{Expired, Forged, Garbage, Good, Known, Mix, NoToken};

    [
        Case { name: "bare", guard: None, signer: &SIGNERS[HS256], sent: Good },
        case("known-installed-nothing", Installed, || get(nothing), ES256, Known),
        case("known-installed-principal", Installed, || get(principal), ES256, Known),
        case("known-installed-claims", Installed, || get(claims), ES256, Known),
        case("known-installed-typed", Installed, || get(typed), ES256, Known),
        case("known-router-nothing", ByRouter, || get(nothing), ES256, Known),
        case("known-router-principal", ByRouter, || get(principal), ES256, Known),
        case("known-router-claims", ByRouter, || get(claims), ES256, Known),
        case("known-layer-claims", Layer, || get(claims), ES256, Known),
        case("mix-installed-principal", Installed, || get(principal), HS256, Mix),
        case("hs256-installed-nothing", Installed, || get(nothing), HS256, Good),
        case("hs256-installed-principal", Installed, || get(principal), HS256, Good),
        case("hs256-router-claims", ByRouter, || get(claims), HS256, Good),
        case("rs256-installed-nothing", Installed, || get(nothing), RS256, Good),
        case("no-token-installed", Installed, || get(claims), HS256, NoToken),
        case("no-token-router", ByRouter, || get(claims), HS256, NoToken),
        case("no-token-layer", Layer, || get(claims), HS256, NoToken),
        case("garbage-router", ByRouter, || get(claims), HS256, Garbage),
        case("forged-installed", Installed, || get(claims), HS256, Forged),
        case("forged-router", ByRouter, || get(claims), HS256, Forged),
        case("expired-router", ByRouter, || get(claims), HS256, Expired),
    ]
};

/// Requests that are counted, after as many that are not.
const REQUESTS: usize = 200;

/// The same for a mix, with this many tokens.
const REQUESTS_OF_MIX: usize = 4000;
const TOKENS_OF_MIX: usize = 1000;

/// How much more than written a case may take.
const ROOM: f64 = 1.03;

impl Case {
    fn app(&self) -> App {
        let Some((given, handler)) = self.guard else {
            return axum::Router::new().route("/orders", axum_get(bare)).into();
        };
        let cache = match self.sent {
            Sent::Known | Sent::Mix => TokenCache::new(),
            _ => TokenCache::off(),
        };
        let guard = self.signer.guard().token_cache(cache).build().expect("a good configuration");
        let router = jwt_guard::Router::new().route("/orders", handler());
        match given {
            Given::ByRouter => router.with_guard(guard).into(),
            Given::Layer => router.with_guard(guard).into_axum().into(),
            Given::Installed => {
                guard.install().expect("the first guard");
                router.into()
            }
        }
    }

    /// How many requests are counted.
    fn number(&self) -> usize {
        if self.sent == Sent::Mix { REQUESTS_OF_MIX } else { REQUESTS }
    }

    fn requests(&self) -> Vec<Request<()>> {
        if self.sent != Sent::Mix {
            return vec![self.request("the only one"); REQUESTS];
        }
        let tokens: Vec<_> = (0..TOKENS_OF_MIX).map(|number| self.request(&number.to_string())).collect();
        zipf(TOKENS_OF_MIX, REQUESTS_OF_MIX).map(|number| tokens[number].clone()).collect()
    }

    fn request(&self, name: &str) -> Request<()> {
        let good = self.signer.sign(&AccessClaims { jti: name.to_owned(), ..AccessClaims::good() });
        let token = match self.sent {
            Sent::NoToken => None,
            Sent::Garbage => Some("not-a-token".to_owned()),
            Sent::Forged => Some(self.signer.forge(&good)),
            Sent::Expired => Some(self.signer.sign(&AccessClaims::expired())),
            Sent::Good | Sent::Known | Sent::Mix => Some(good),
        };
        let mut request = Request::get("/orders")
            .header(HOST, "api.example")
            .header(USER_AGENT, "curl/8.5.0")
            .header(ACCEPT, "application/json")
            .header(ACCEPT_ENCODING, "gzip, br");
        if let Some(token) = token {
            request = request.header(AUTHORIZATION, format!("Bearer {token}"));
        }
        request.body(()).expect("a request")
    }

    fn play(&self) {
        let runtime =
            tokio::runtime::Builder::new_current_thread().build().expect("a runtime without drivers");
        let (mut app, requests) = (self.app(), self.requests());
        let expected = match self.sent {
            Sent::Good | Sent::Known | Sent::Mix => StatusCode::OK,
            _ => StatusCode::UNAUTHORIZED,
        };
        // Once to be seen, once to be remembered.
        for request in requests.iter().chain(&requests) {
            let status = runtime.block_on(answer(&mut app, request.clone().map(|()| Body::empty())));
            assert_eq!(status, expected, "{} is answered in another way than meant", self.name);
        }
        counted_requests(&runtime, &mut app, &requests);
    }
}

/// What callgrind counts, known to it by this name.
#[inline(never)]
fn counted_requests(runtime: &Runtime, app: &mut App, requests: &[Request<()>]) {
    for request in requests {
        runtime.block_on(answer(app, request.clone().map(|()| Body::empty())));
    }
}

/// Instructions of one request, or why they cannot be counted.
fn count(case: &Case) -> Result<u64, String> {
    let program = env::current_exe().map_err(|error| error.to_string())?;
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null", "--collect-atstart=no"])
        .arg("--toggle-collect=*counted_requests*")
        .arg(program)
        .args(["--play", case.name])
        .output()
        .map_err(|error| format!("valgrind: {error}"))?;
    let text = String::from_utf8_lossy(&output.stderr);
    let collected = text.lines().find_map(|line| line.split_once("Collected : "));
    match collected.and_then(|(_, count)| count.trim().parse::<u64>().ok()) {
        Some(count) if output.status.success() => Ok(count / case.number() as u64),
        _ => Err(format!("{}: {text}", case.name)),
    }
}

fn written(path: &Path) -> BTreeMap<String, u64> {
    let text = fs::read_to_string(path).unwrap_or_default();
    let row = |line: &str| {
        let (name, count) = line.split_once(' ')?;
        Some((name.to_owned(), count.trim().parse().ok()?))
    };
    text.lines().filter_map(row).collect()
}

fn main() -> ExitCode {
    let args: Vec<String> = env::args().collect();
    choose_backend();
    if let Some(name) = args.iter().skip_while(|arg| *arg != "--play").nth(1) {
        CASES.iter().find(|case| case.name == name).expect("a case of this name").play();
        return ExitCode::SUCCESS;
    }
    if args.iter().any(|arg| arg == "--smoke") {
        let plays = |case: &Case| {
            Command::new(&args[0]).args(["--play", case.name]).status().is_ok_and(|status| status.success())
        };
        let all_play = CASES.iter().all(plays);
        println!("instructions: {}", if all_play { "every case plays" } else { "FAIL" });
        return if all_play { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    }
    if Command::new("valgrind").arg("--version").output().is_err() {
        println!("instructions: NOT COUNTED, valgrind is not installed");
        return ExitCode::SUCCESS;
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("instructions.txt");
    let (written, mut counts) = (written(&path), String::new());
    let (mut bare, mut met) = (None, true);
    println!("{:28} {:>12} {:>10} {:>10}", "instructions of a request", "all", "guard", "written");
    for case in &CASES {
        let count = match count(case) {
            Ok(count) => count,
            Err(reason) => {
                println!("instructions: FAIL, {reason}");
                return ExitCode::FAILURE;
            }
        };
        let floor = *bare.get_or_insert(count);
        let known = written.get(case.name);
        let is_met = known.is_some_and(|known| count as f64 <= *known as f64 * ROOM);
        met &= is_met;
        let guard = count.cast_signed() - floor.cast_signed();
        let known = known.map_or("-".to_owned(), u64::to_string);
        println!(
            "{:28} {count:12} {guard:10} {known:>10} {}",
            case.name,
            if is_met { "PASS" } else { "FAIL" }
        );
        counts.push_str(&format!("{} {count}\n", case.name));
    }
    if args.iter().any(|arg| arg == "--write") {
        fs::write(&path, counts).expect("the file of figures can be written");
        println!("instructions: written to {}", path.display());
        return ExitCode::SUCCESS;
    }
    println!(
        "instructions: {}",
        if met { "PASS" } else { "FAIL, a case takes more than 3 % more than is written" }
    );
    if met { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
