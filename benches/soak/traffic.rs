//! What callers send: good tokens, and nine kinds of requests that must be refused.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::Request;
use jwt_guard_benches::{AccessClaims, SIGNERS, Signer};

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

    fn is_long(self) -> bool {
        matches!(self, Self::LongHeader | Self::Oversize)
    }
}

impl Kind {
    /// A request of this kind, with a token of `issuer` where it has one.
    pub(crate) fn request(self, issuer: &str, index: usize) -> Request<()> {
        let headers = headers(self, issuer, index);
        let lines = headers.lines().filter_map(|line| line.split_once(": "));
        let request = Request::get(GUARDED).header("host", "localhost");
        lines.fold(request, |request, (name, value)| request.header(name, value)).body(()).expect("a request")
    }

    /// The path of the route that gives the answer of the guard by hand.
    pub(crate) fn by_hand(self) -> String {
        let number = HOSTILE.iter().position(|kind| *kind == self).unwrap_or_default();
        format!("/{number}-orders")
    }
}

/// The handler with a guard. All paths have one length.
pub(crate) const GUARDED: &str = "/my-order";

/// The route that answers with a bare 401.
pub(crate) const BARE: &str = "/no-order";

/// The requests of a kind.
pub(crate) struct Requests {
    pub(crate) guarded: Vec<Vec<u8>>,
    /// The same bytes, but for the path.
    pub(crate) by_hand: Vec<Vec<u8>>,
    pub(crate) bare: Vec<Vec<u8>>,
    /// Good requests in their place. Where these have 16 KiB, so have they.
    pub(crate) admitted: Vec<Vec<u8>>,
}

/// Requests of a kind that differ.
const VARIANTS: usize = 256;

/// Longer than a run.
const LIFE: u64 = 6 * 3600;

impl Requests {
    pub(crate) fn of(kind: Kind, issuer: &str) -> Self {
        let own: Vec<String> = (0..VARIANTS).map(|index| headers(kind, issuer, index)).collect();
        let good = |index| {
            let padding =
                if kind.is_long() { headers(Kind::LongHeader, issuer, index) } else { String::new() };
            headers(Kind::Good, issuer, index) + &padding
        };
        let requests = |path: &str, headers: &[String]| -> Vec<Vec<u8>> {
            let request = |headers: &String| {
                format!(
                    "GET {path} HTTP/1.1\r\nhost: localhost\r\nuser-agent: soak\r\naccept: */*\r\n{headers}\r\n"
                )
            };
            headers.iter().map(|headers| request(headers).into_bytes()).collect()
        };
        Self {
            guarded: requests(GUARDED, &own),
            by_hand: requests(&kind.by_hand(), &own),
            bare: requests(BARE, &own),
            admitted: requests(GUARDED, &(0..VARIANTS).map(good).collect::<Vec<_>>()),
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
