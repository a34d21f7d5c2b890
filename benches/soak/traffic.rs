//! What callers send: good tokens, and nine kinds of requests that must be refused.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::Request;
use jwt_guard_benches::{AccessClaims, ISSUER, SIGNERS, Signer};

/// A kind of request.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A good token of a caller who comes again and again.
    Good,
    /// A good token that was never seen.
    New,
    NoToken,
    Garbage,
    Forged,
    Expired,
    NoAlgorithm,
    /// Sixteen KiB of another header.
    LongHeader,
    /// A key name that no issuer has, each time another one: to the guard that fetches keys.
    UnknownKey,
    /// A token longer than the guard reads.
    Oversize,
    TwoTokens,
}

/// The kinds of hostile requests, in equal parts.
pub(crate) const HOSTILE: [Kind; 9] = [
    Kind::NoToken,
    Kind::Garbage,
    Kind::Forged,
    Kind::Expired,
    Kind::NoAlgorithm,
    Kind::LongHeader,
    Kind::UnknownKey,
    Kind::Oversize,
    Kind::TwoTokens,
];

impl Kind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Good => "good token, known",
            Self::New => "good token, new",
            Self::NoToken => "no token",
            Self::Garbage => "garbage",
            Self::Forged => "forged signature",
            Self::Expired => "expired",
            Self::NoAlgorithm => "`alg` none",
            Self::LongHeader => "another header of 16 KiB",
            Self::UnknownKey => "unknown key name",
            Self::Oversize => "token of 16 KiB",
            Self::TwoTokens => "two tokens",
        }
    }

    /// The answer that the guard must give.
    pub(crate) fn status(self) -> u16 {
        match self {
            Self::Good | Self::New => 200,
            Self::TwoTokens => 400,
            _ => 401,
        }
    }
}

impl Kind {
    /// A request of this kind, for a guard that does not fetch keys.
    pub(crate) fn request(self, index: usize) -> Request<()> {
        let headers = headers(self, ISSUER, index);
        let lines = headers.lines().filter_map(|line| line.split_once(": "));
        let request = Request::get("/my-order").header("host", "localhost");
        lines.fold(request, |request, (name, value)| request.header(name, value)).body(()).expect("a request")
    }
}

/// The requests of a kind, and the same ones to the route that answers all of them with a bare 401.
pub(crate) struct Requests {
    pub(crate) guarded: Vec<Vec<u8>>,
    pub(crate) bare: Vec<Vec<u8>>,
}

/// Requests of a kind that differ.
const VARIANTS: usize = 256;

/// Longer than a run.
const LIFE: u64 = 6 * 3600;

impl Requests {
    pub(crate) fn of(kind: Kind, issuer: &str) -> Self {
        let headers: Vec<String> = (0..VARIANTS).map(|index| headers(kind, issuer, index)).collect();
        let request = |path: &str, headers: &String| {
            format!(
                "GET {path} HTTP/1.1\r\nhost: localhost\r\nuser-agent: soak\r\naccept: */*\r\n{headers}\r\n"
            )
            .into_bytes()
        };
        Self {
            guarded: headers.iter().map(|headers| request("/my-order", headers)).collect(),
            bare: headers.iter().map(|headers| request("/no-order", headers)).collect(),
        }
    }
}

fn headers(kind: Kind, issuer: &str, index: usize) -> String {
    let [hs256, _, es256, _] = &SIGNERS;
    let bearer = |token: &str| format!("authorization: Bearer {token}\r\n");
    match kind {
        Kind::Good | Kind::New => bearer(&good(hs256, index)),
        Kind::NoToken => String::new(),
        Kind::Garbage => bearer(&random(24 + index)),
        Kind::Forged => {
            let good = good(hs256, index);
            let signed = good.rfind('.').map_or("", |dot| &good[..dot]);
            bearer(&format!("{signed}.{}", random(32)))
        }
        Kind::Expired => bearer(&hs256.sign(&claims(AccessClaims::expired(), index))),
        Kind::NoAlgorithm => {
            let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"JWT"}"#);
            let good = good(hs256, index);
            bearer(&format!("{header}.{}.", good.split('.').nth(1).unwrap_or_default()))
        }
        Kind::LongHeader => format!("x-padding: {}\r\n", random(12 << 10)),
        Kind::UnknownKey => {
            let claims = AccessClaims { iss: issuer.to_owned(), ..claims(AccessClaims::good(), index) };
            bearer(&es256.sign_as(Some(&random(16)), &claims))
        }
        Kind::Oversize => bearer(&format!("{}.{}.{}", random(64), random(12 << 10), random(32))),
        Kind::TwoTokens => [bearer(&good(hs256, index)), bearer(&good(hs256, index))].concat(),
    }
}

fn good(signer: &Signer, index: usize) -> String {
    let good = AccessClaims::good();
    signer.sign(&claims(AccessClaims { exp: good.exp + LIFE, ..good }, index))
}

fn claims(claims: AccessClaims, index: usize) -> AccessClaims {
    AccessClaims { sub: format!("user-{index}"), jti: random(16), ..claims }
}

/// Random bytes in base64url.
fn random(bytes: usize) -> String {
    let mut random = vec![0; bytes];
    aws_lc_rs::rand::fill(&mut random).expect("random bytes");
    URL_SAFE_NO_PAD.encode(random)
}
