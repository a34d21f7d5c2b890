//! What the costliest requests cost: the largest header that hyper accepts, and tokens as hostile as they may be
//! long, each in less than half a millisecond of CPU time in the guard.
//!
//! `cargo bench -p jwt-guard-benches --bench header`; with `-- --smoke` or `BENCH_SMOKE=1` a short run that shows
//! that the bench works and judges no number.

use std::process::ExitCode;

use axum::routing::get;
use http::header::{ACCEPT, AUTHORIZATION, CONNECTION, COOKIE, SEC_WEBSOCKET_PROTOCOL, UPGRADE};
use http::request::Builder as RequestBuilder;
use http::{HeaderValue, Request, StatusCode};
use jwt_guard::setup::{Builder, HasAudience, HasKeys, TokenLocation};
use jwt_guard::{Claims, Router, authentication_required, requires, routing};
use jwt_guard_benches::{AccessClaims, Contender, Effort, SIGNERS, Signer, choose_backend, measure};
use serde_json::{Value, json};

/// All header lines of one request together: hyper's buffer for HTTP/1.
const LARGEST: usize = 417_792;
/// The longest `http::Uri`, less what the rest of the address needs.
const LONGEST_QUERY: usize = 60 * 1024;
/// The longest list of cookies or sub-protocols that a guard looks through.
const LONGEST_LIST: usize = 16 * 1024;
/// The longest token that a guard takes by default, and the longest that it can be told to take.
const TOKEN_LENGTHS: [usize; 2] = [8 * 1024, 16 * 1024];
/// A guard must not take longer for any request.
const LIMIT: f64 = 500_000.0;

async fn bare() -> &'static str {
    "ok"
}

#[authentication_required]
async fn guarded(claims: Claims) -> &'static str {
    std::hint::black_box(&claims);
    "ok"
}

#[requires(scope = "orders:read", redirect = "/login")]
async fn redirecting() -> &'static str {
    "ok"
}

type Guard = Builder<HasKeys, HasAudience>;

/// A request, the guard and the handler that it meets, and the status that it must get.
struct Case {
    name: String,
    guard: Guard,
    handler: routing::MethodRouter,
    request: Request<()>,
    status: StatusCode,
}

impl Case {
    fn new(name: impl Into<String>, guard: Guard, request: RequestBuilder, status: u16) -> Self {
        Self {
            name: name.into(),
            guard,
            handler: routing::get(guarded),
            request: request.body(()).expect("a request"),
            status: StatusCode::from_u16(status).expect("a status"),
        }
    }

    fn redirecting(self) -> Self {
        Self { handler: routing::get(redirecting), ..self }
    }

    fn contenders(self) -> [Contender; 2] {
        let guard = self.guard.build().expect("a good configuration");
        let floor = axum::Router::new().route("/{*path}", get(bare));
        let ours = Router::new().route("/{*path}", self.handler).with_guard(guard);
        [
            Contender::new("floor", floor, self.request.clone(), StatusCode::OK),
            Contender::new(self.name, ours, self.request, self.status),
        ]
    }
}

fn hs256() -> Signer {
    let [hs256, ..] = SIGNERS;
    hs256
}

fn request() -> RequestBuilder {
    Request::get("/orders")
}

fn authorization(value: impl AsRef<[u8]>) -> RequestBuilder {
    let value = HeaderValue::from_bytes(value.as_ref()).expect("a header value");
    request().header(AUTHORIZATION, value)
}

/// `text` repeated, up to `length` bytes.
fn fill(text: &str, length: usize) -> String {
    text.repeat(length / text.len())
}

/// Headers as long as hyper takes them, in every location.
fn locations() -> Vec<Case> {
    let guard = || hs256().guard();
    let at = |location| hs256().guard().locations([location]);
    let websocket = |value: String| {
        request()
            .header(CONNECTION, "upgrade")
            .header(UPGRADE, "websocket")
            .header(SEC_WEBSOCKET_PROTOCOL, value)
    };
    let cookies = |pair, length| request().header(COOKIE, fill(pair, length));
    let query = |pair| Request::get(format!("/orders?{}", fill(pair, LONGEST_QUERY)));
    let with_query = || hs256().guard().danger().query_parameter("token", "a bench");
    vec![
        Case::new("one long token", guard(), authorization(format!("Bearer {}", fill("a", LARGEST))), 401),
        Case::new(
            "one long token of three parts",
            guard(),
            authorization(format!("Bearer a.{}.a", fill("a", LARGEST))),
            401,
        ),
        Case::new("only padding", guard(), authorization(format!("Bearer {}", fill("=", LARGEST))), 401),
        Case::new("only spaces", guard(), authorization(format!("Bearer {}a", fill(" ", LARGEST))), 401),
        Case::new("only dots", guard(), authorization(format!("Bearer {}", fill(".", LARGEST))), 401),
        Case::new("another scheme", guard(), authorization(format!("Basic {}", fill("a", LARGEST))), 401),
        Case::new("one long scheme", guard(), authorization(fill("a", LARGEST)), 401),
        Case::new(
            "100 Authorization headers",
            guard(),
            repeated(AUTHORIZATION.as_str(), "Bearer a.b.c"),
            400,
        ),
        Case::new(
            "one long other header",
            at(TokenLocation::header("X-Api-Key")),
            request().header("x-api-key", fill("a", LARGEST)),
            401,
        ),
        Case::new("cookies", at(TokenLocation::cookie("token")), cookies("a=b; ", LARGEST), 400),
        Case::new(
            "100 lines of cookies",
            at(TokenLocation::cookie("token")),
            repeated(COOKIE.as_str(), &fill("a=b; ", LARGEST / 100)),
            400,
        ),
        Case::new("cookies, 16 KiB", at(TokenLocation::cookie("token")), cookies("a=b; ", LONGEST_LIST), 401),
        Case::new("empty cookies, 16 KiB", at(TokenLocation::cookie("t")), cookies("t=;", LONGEST_LIST), 401),
        Case::new(
            "sub-protocols",
            at(TokenLocation::websocket_protocol("bearer")),
            websocket(fill("a, ", LARGEST)),
            400,
        ),
        Case::new(
            "sub-protocols, 16 KiB",
            at(TokenLocation::websocket_protocol("bearer")),
            websocket(fill("a, ", LONGEST_LIST)),
            401,
        ),
        Case::new(
            "our sub-protocols, 16 KiB",
            at(TokenLocation::websocket_protocol("b")),
            websocket(fill("b,a,", LONGEST_LIST)),
            400,
        ),
        Case::new("query", with_query(), query("a=b&"), 401),
        Case::new("query with our name", with_query(), query("token=a&"), 400),
        Case::new("query of separators", with_query(), query("&"), 401),
    ]
}

/// Refusals that send a browser to the login page.
fn redirects() -> Vec<Case> {
    let guard = || hs256().guard();
    let accept = |text| request().header(ACCEPT, fill(text, LARGEST));
    let page = |text| Request::get(format!("/{}", fill(text, LONGEST_QUERY))).header(ACCEPT, "text/html");
    let lines = repeated(ACCEPT.as_str(), &fill("a/b,", LARGEST / 100));
    vec![
        Case::new("media ranges", guard(), accept("a/b, "), 401).redirecting(),
        Case::new("one long media range", guard(), accept("a"), 401).redirecting(),
        Case::new(
            "media range of spaces",
            guard(),
            request().header(ACCEPT, format!("a{}b", fill(" ", LARGEST))),
            401,
        )
        .redirecting(),
        Case::new("100 lines of media ranges", guard(), lines, 401).redirecting(),
        Case::new("one long page", guard(), page("a"), 303).redirecting(),
        Case::new("one long page to escape", guard(), page("a?"), 303).redirecting(),
    ]
}

/// Tokens without a valid signature, or from a hostile issuer.
fn tokens() -> Vec<Case> {
    let bearer = |token: &str| authorization(format!("Bearer {token}"));
    let longest = |length| hs256().guard().max_token_len(length);
    let mut cases = vec![
        Case::new("header of members", hs256().guard(), bearer(&unsigned(&members(1500))), 401),
        Case::new(
            "header of one repeated member",
            hs256().guard(),
            bearer(&unsigned(&repeated_member(1500))),
            401,
        ),
        Case::new("header of nested lists", hs256().guard(), bearer(&unsigned(&nested(1500))), 401),
        Case::new("header of escapes", hs256().guard(), bearer(&unsigned(&escapes(1500))), 401),
        Case::new("good token beside 100 headers", hs256().guard(), good_beside_headers(), 200),
    ];
    for length in TOKEN_LENGTHS {
        // Three quarters of what is left beside header and signature: base64url.
        let room = (length - 120) * 3 / 4 - 300;
        let kib = length / 1024;
        for (what, claims, status) in [
            ("members", with("x", parse(&members(room))), 200),
            ("lists", with("x", list("[]", room)), 200),
            ("nested lists", with("x", list(&format!("{}{}", "[".repeat(28), "]".repeat(28)), room)), 200),
            ("numbers", with("x", list("0", room)), 200),
            ("escapes", with("x", Value::String("\u{1}".repeat(room / 6))), 200),
            ("audiences", with("aud", many(room, "orders-api")), 200),
            ("scopes", with("scope", Value::String(names(room).join(" "))), 200),
            ("listed scopes", with("scp", json!(names(room * 3 / 5))), 200),
            ("roles", with("roles", json!(names(room * 3 / 5))), 200),
        ] {
            let token = hs256().sign(&claims);
            assert!(token.len() <= length, "{what}: {} > {length}", token.len());
            let name = format!("{kib} KiB token of {what}");
            cases.push(Case::new(name, longest(length), bearer(&token), status));
        }
        for signer in &SIGNERS {
            let token = signer.sign(&with("x", Value::String("x".repeat(room - 300))));
            let forged = signer.forge(&token);
            let name = format!("{kib} KiB token, forged {}", signer.name);
            cases.push(Case::new(name, signer.guard().max_token_len(length), bearer(&forged), 401));
        }
    }
    cases
}

/// A hundred lines of one header: hyper takes no more.
fn repeated(name: &str, value: &str) -> RequestBuilder {
    (0..100).fold(request(), |request, _| request.header(name, value))
}

fn good_beside_headers() -> RequestBuilder {
    let token = hs256().sign(&AccessClaims::good());
    (0..99).fold(authorization(format!("Bearer {token}")), |request, index| {
        request.header(format!("x-{index}"), fill("a", LARGEST / 100))
    })
}

/// Good claims, and one more or another one.
fn with(name: &str, value: Value) -> Value {
    let mut claims = json!(AccessClaims::good());
    claims[name] = value;
    claims
}

/// A token with this header, and an invalid signature.
fn unsigned(header: &str) -> String {
    let encode = |text: &str| {
        use base64::Engine as _;
        base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(text)
    };
    let text = encode(header);
    assert!(text.len() <= 2048, "the header has {} characters", text.len());
    format!("{text}.{}.{}", encode("{}"), encode(&"s".repeat(32)))
}

/// An object of as many members as `length` bytes hold.
fn members(length: usize) -> String {
    let members = (0..).map(|index| format!("\"{index:x}\":0,"));
    join("{\"alg\":\"HS256\",", members, "\"typ\":\"JWT\"}", length)
}

fn repeated_member(length: usize) -> String {
    let members = (0..).map(|index| format!("\"{:x}\":0,", index % 300));
    join("{\"alg\":\"HS256\",", members, "\"typ\":\"JWT\"}", length)
}

fn nested(length: usize) -> String {
    let depth = (length - 40) / 2;
    format!("{{\"alg\":\"HS256\",\"x\":{}{}}}", "[".repeat(depth), "]".repeat(depth))
}

fn escapes(length: usize) -> String {
    format!("{{\"alg\":\"HS256\",\"kid\":\"{}\"}}", fill("\\u0041", length - 40))
}

/// `items` between `head` and `tail`, as many as fit into `length` bytes.
fn join(head: &str, items: impl Iterator<Item = String>, tail: &str, length: usize) -> String {
    let mut text = head.to_owned();
    for item in items {
        if text.len() + item.len() + tail.len() > length {
            break;
        }
        text.push_str(&item);
    }
    text + tail
}

fn parse(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

/// A list of `item`, in `length` bytes.
fn list(item: &str, length: usize) -> Value {
    parse(&format!("[{}]", vec![item; length / (item.len() + 1)].join(",")))
}

/// A list that ends with `last`, in `length` bytes.
fn many(length: usize, last: &str) -> Value {
    let mut values = vec!["a"; (length - last.len()) / 4];
    values.push(last);
    json!(values)
}

/// Names that are all different, in `length` bytes with a space after each.
fn names(length: usize) -> Vec<String> {
    let mut left = length;
    (0..)
        .map(|index| format!("{index:x}"))
        .take_while(|name| {
            let fits = left > name.len();
            left = left.saturating_sub(name.len() + 1);
            fits
        })
        .collect()
}

fn main() -> ExitCode {
    let effort = Effort::from_env();
    choose_backend();
    println!(
        "What the guard adds to one request, in nanoseconds of CPU time (less than {LIMIT}) and allocations.\n"
    );
    let mut worst = (0.0, String::new());
    let mut met = true;
    for case in [locations(), redirects(), tokens()].into_iter().flatten() {
        let name = case.name.clone();
        let costs = measure(&mut case.contenders(), effort);
        let [floor, guarded] = costs.as_slice() else { continue };
        let cost = guarded.quiet - floor.quiet;
        let verdict = if cost < LIMIT { "PASS" } else { "FAIL" };
        met &= cost < LIMIT;
        // A refusal can allocate less than the bare handler does.
        let allocations = guarded.allocations.cast_signed() - floor.allocations.cast_signed();
        println!("{name:36} {cost:10.0} {allocations:6} {verdict}");
        if cost > worst.0 {
            worst = (cost, name);
        }
    }
    let (cost, name) = worst;
    println!("\nheader: {}; the worst is {name}: {cost:.0} ns", effort.verdict(met));
    if met || !effort.judges() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
