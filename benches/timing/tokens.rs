//! Tokens with an HMAC, in the header `Authorization` and in one of an API.

use std::sync::Arc;

use http::header::AUTHORIZATION;
use http::{Request, StatusCode};
use jwt_guard::setup::TokenLocation;
use jwt_guard::{Claims, requires};
use jwt_guard_benches::{AccessClaims, KEY_ID, SIGNERS};

use crate::pair::{CALLERS, Expected, Guess, Make, Pair, random};

#[requires(scope = "orders:read")]
async fn orders(claims: Claims) -> String {
    format!("orders of {}", claims.subject())
}

/// Where a request has its token.
#[derive(Clone, Copy)]
enum Place {
    Authorization,
    ApiHeader,
}

/// A guess at the signature of a token that the guard has admitted.
pub(crate) fn pairs() -> Vec<Pair> {
    let pair = |name, place, near, guess| {
        let tokens = tokens(None);
        let requests = [guesses(place, &tokens, guess), guesses(place, &tokens, Guess::Random)];
        of(name, place, [near, "a random one"], &tokens, requests)
    };
    let (first, last) = ("all but the first byte", "all but the last byte");
    vec![
        pair("secret of a signature", Place::Authorization, first, Guess::AllBut(0)),
        pair("secret of a signature", Place::Authorization, last, Guess::AllBut(31)),
        pair("token in a header of an API", Place::ApiHeader, first, Guess::AllBut(0)),
        pair("token in a header of an API", Place::ApiHeader, last, Guess::AllBut(31)),
    ]
}

/// The name of a key, which every token shows.
pub(crate) fn key_names() -> Pair {
    let place = Place::Authorization;
    let requests = [KEY_ID, "2026-12"].map(|name| guesses(place, &tokens(Some(name)), Guess::Random));
    let pair = of("name of a key", place, ["one that exists", "another"], &tokens(None), requests);
    Pair { expected: Expected::Open, ..pair }
}

fn of(
    name: &'static str,
    place: Place,
    classes: [&'static str; 2],
    good: &Arc<[String]>,
    requests: [Make; 2],
) -> Pair {
    let [hs256, ..] = &SIGNERS;
    let guard = match place {
        Place::Authorization => hs256.guard(),
        Place::ApiHeader => hs256.guard().locations([TokenLocation::header(API_HEADER)]),
    };
    let guard = guard.build().expect("a good configuration");
    let app = jwt_guard::Router::new().route("/orders", jwt_guard::routing::get(orders)).with_guard(guard);
    let good = Arc::clone(good);
    Pair {
        name,
        classes,
        app: app.into(),
        requests,
        status: StatusCode::UNAUTHORIZED,
        good: Box::new(move |caller| request(place, &good[caller])),
        expected: Expected::Alike,
    }
}

/// The tokens with a guess for a signature.
fn guesses(place: Place, tokens: &Arc<[String]>, guess: Guess) -> Make {
    let tokens = Arc::clone(tokens);
    Box::new(move |caller| {
        let (signed, signature) = tokens[caller].rsplit_once('.').expect("a signature");
        request(place, &format!("{signed}.{}", guess.at(signature)))
    })
}

const API_HEADER: &str = "x-api-key";

fn request(place: Place, token: &str) -> Request<()> {
    let request = Request::get("/orders");
    let request = match place {
        Place::Authorization => request.header(AUTHORIZATION, format!("Bearer {token}")),
        Place::ApiHeader => request.header(API_HEADER, token),
    };
    request.body(()).expect("a request")
}

/// Good tokens of all callers, of one length. They outlive the run.
fn tokens(key: Option<&str>) -> Arc<[String]> {
    let [hs256, ..] = &SIGNERS;
    let good = AccessClaims::good();
    let claims = |_| AccessClaims { jti: random::<16>(), exp: good.exp + 3600, ..good.clone() };
    (0..CALLERS).map(claims).map(|claims| hs256.sign_as(key, &claims)).collect()
}
