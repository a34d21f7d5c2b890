//! The cases, and how they are played.

use axum::body::Body;
use axum::routing::get as axum_get;
use http::header::{ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, HOST, USER_AGENT};
use http::{Request, StatusCode};
use jwt_guard::routing::{MethodRouter, get};
use jwt_guard::setup::TokenCache;
use jwt_guard::{Claims, Principal, requires};
use jwt_guard_benches::{AccessClaims, App, SIGNERS, Signer, answer, zipf};
use tokio::runtime::{self, Runtime};

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

/// What is counted.
#[derive(Clone, Copy)]
enum Counted {
    /// A request to a handler with a guard.
    Guarded(Given, fn() -> MethodRouter),
    /// A request to a handler of axum. It calls nothing of this library.
    Bare,
    /// The signature alone, as jsonwebtoken verifies it. It calls nothing of this library.
    Signature,
}

pub(crate) struct Case {
    pub(crate) name: &'static str,
    counted: Counted,
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
    Case { name, counted: Counted::Guarded(given, handler), signer: &SIGNERS[signer], sent }
}

const HS256: usize = 0;
const RS256: usize = 1;
const ES256: usize = 2;

const fn control(name: &'static str, counted: Counted, signer: usize) -> Case {
    Case { name, counted, signer: &SIGNERS[signer], sent: Sent::Good }
}

pub(crate) const CASES: [Case; 23] = {
    use Given::{ByRouter, Installed, Layer};
    use Sent::{Expired, Forged, Garbage, Good, Known, Mix, NoToken};

    [
        control("bare", Counted::Bare, HS256),
        control("signature-hs256", Counted::Signature, HS256),
        control("signature-rs256", Counted::Signature, RS256),
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

impl Case {
    /// Whether nothing of this library is counted: then another figure than the written one is another machine.
    pub(crate) fn is_control(&self) -> bool {
        !matches!(self.counted, Counted::Guarded(..))
    }

    fn app(&self) -> App {
        let Counted::Guarded(given, handler) = self.counted else {
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
    pub(crate) fn number(&self) -> usize {
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

    pub(crate) fn play(&self) {
        let runtime = runtime::Builder::new_current_thread().build().expect("a runtime without drivers");
        if let Counted::Signature = self.counted {
            let token = self.signer.sign(&AccessClaims::good());
            counted_signatures(self.signer, &token, self.number());
            return;
        }
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

/// What callgrind counts of a signature.
#[inline(never)]
fn counted_signatures(signer: &Signer, token: &str, number: usize) {
    let (signed, signature) = token.rsplit_once('.').expect("a token");
    let key = signer.decoding_key();
    for _ in 0..number {
        #[expect(clippy::disallowed_methods, reason = "this is what the guard's own crypto is compared with")]
        let is_good = jsonwebtoken::crypto::verify(signature, signed.as_bytes(), &key, signer.algorithm());
        assert!(is_good.is_ok_and(|is_good| is_good), "a good signature");
    }
}
