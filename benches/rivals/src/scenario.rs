//! What is asked of the guards.

use std::sync::Arc;

use http::Request;
use http::header::{ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, HOST, USER_AGENT};
use jwt_guard_benches::{AccessClaims, Effort, zipf};

use crate::contenders::PATH;
use crate::tokens::{Mint, garbage};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scenario {
    Hot,
    Zipf,
    Unique,
    NoToken,
    Garbage,
    BadSignature,
    Expired,
}

/// Everything, in the order of the tables. Good tokens first: then caches are warm, as in a service.
pub const ALL: [Scenario; 7] = [
    Scenario::Hot,
    Scenario::Zipf,
    Scenario::Unique,
    Scenario::NoToken,
    Scenario::Garbage,
    Scenario::BadSignature,
    Scenario::Expired,
];

/// How many users the Zipf mix has, and how many requests are drawn before it begins anew.
const USERS: usize = 10_000;
const DRAWS: usize = 40_000;

impl Scenario {
    pub fn name(self) -> &'static str {
        match self {
            Self::Hot => "one hot token",
            Self::Zipf => "Zipf mix",
            Self::Unique => "all unique",
            Self::NoToken => "no token",
            Self::Garbage => "garbage",
            Self::BadSignature => "bad signature",
            Self::Expired => "expired",
        }
    }

    /// A sentence for those who read only the tables.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Hot => "One valid token, again and again.",
            Self::Zipf => {
                "10,000 valid tokens, drawn with a Zipf distribution (exponent 1), none for the first time."
            }
            Self::Unique => "Valid tokens, no token twice.",
            Self::NoToken => "A request without a token.",
            Self::Garbage => "A value of 440 bytes with two dots that is not base64url.",
            Self::BadSignature => "A good token with one changed character in its signature.",
            Self::Expired => "A token with a good signature, ten minutes past its end.",
        }
    }

    /// Whether guards must let the requests in.
    pub fn admits(self) -> bool {
        matches!(self, Self::Hot | Self::Zipf | Self::Unique)
    }

    /// The requests, in the order in which they are sent.
    pub fn requests(self, mint: Mint<'_>, effort: Effort) -> Arc<[Request<()>]> {
        let one = |token: String| vec![request(Some(&token))];
        let requests = match self {
            Self::Hot => one(mint.token(&AccessClaims::good())),
            Self::Zipf => {
                let scale = if effort.judges() { 1 } else { 50 };
                let users = requests(&mint.tokens(USERS / scale));
                zipf(users.len(), DRAWS / scale).map(|user| users[user].clone()).collect()
            }
            Self::Unique => requests(&mint.tokens(effort.fresh_requests())),
            Self::NoToken => vec![request(None)],
            Self::Garbage => one(garbage()),
            Self::BadSignature => one(mint.forged()),
            Self::Expired => one(mint.token(&AccessClaims::expired())),
        };
        requests.into()
    }
}

/// A request as a browser's script sends it.
pub fn request(token: Option<&str>) -> Request<()> {
    let mut request = Request::get(PATH)
        .header(HOST, "api.example")
        .header(USER_AGENT, "curl/8.5.0")
        .header(ACCEPT, "application/json")
        .header(ACCEPT_ENCODING, "gzip, br");
    if let Some(token) = token {
        request = request.header(AUTHORIZATION, format!("Bearer {token}"));
    }
    request.body(()).expect("a request")
}

fn requests(tokens: &[String]) -> Vec<Request<()>> {
    tokens.iter().map(|token| request(Some(token))).collect()
}
