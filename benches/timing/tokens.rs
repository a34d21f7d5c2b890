//! Tokens with an HMAC, in the header `Authorization` and in one of an API.

use std::sync::Arc;

use http::header::AUTHORIZATION;
use http::{Request, StatusCode};
use jsonwebtoken::{EncodingKey, Header};
use jwt_guard::keys::VerifyingKey;
use jwt_guard::setup::{Builder, HasAudience, HasKeys, TokenLocation};
use jwt_guard::{Algorithm, Claims, requires};
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
        of(name, guard(place), place, [near, "a random one"], &tokens, requests)
    };
    let (first, last) = ("all but the first byte", "all but the last byte");
    let (secret, in_header) = ("secret of a signature", "token in a header of an API");
    vec![
        pair(secret, Place::Authorization, first, Guess::AllBut(0)),
        pair(secret, Place::Authorization, last, Guess::AllBut(31)),
        of_another_key(secret),
        pair(in_header, Place::ApiHeader, first, Guess::AllBut(0)),
        pair(in_header, Place::ApiHeader, last, Guess::AllBut(31)),
        // The guard remembers tokens by their signatures: who presents one has that token.
        Pair {
            expected: Expected::Open,
            ..pair(in_header, Place::ApiHeader, "that of another token", Guess::OfAnother)
        },
    ]
}

/// The secret of another key of the guard: it is known, and wrong for the name in the header.
fn of_another_key(name: &'static str) -> Pair {
    let place = Place::Authorization;
    let signed_by = |secret: &'static [u8]| -> Make {
        Box::new(move |_| {
            let header = Header { kid: Some(KEY_ID.to_owned()), ..Header::default() };
            let claims = AccessClaims { jti: random::<16>(), ..AccessClaims::good() };
            let key = EncodingKey::from_secret(secret).expect("a strong secret");
            let token = jsonwebtoken::encode(&header, &claims, &key);
            request(place, &token.expect("claims that are JSON"))
        })
    };
    let other = VerifyingKey::secret(Algorithm::Hs256, OTHER_SECRET).expect("a strong secret");
    let guard = guard(place).key(other.with_id(OTHER_KEY_ID));
    let requests = [signed_by(OTHER_SECRET), signed_by(UNKNOWN_SECRET)];
    of(name, guard, place, ["that of another key", "an unknown one"], &tokens(Some(KEY_ID)), requests)
}

const OTHER_KEY_ID: &str = "2026-12";

const OTHER_SECRET: &[u8] = b"nT4vKq8ZrW1xLc6YjB3mHs9PfDg5UaEe";
const UNKNOWN_SECRET: &[u8] = b"Qw7RzX2bNk5VtM8yGj1LpC4hFs6DaUxE";

/// The name of a key, which every token shows.
pub(crate) fn key_names() -> Pair {
    let place = Place::Authorization;
    let requests = [KEY_ID, OTHER_KEY_ID].map(|name| guesses(place, &tokens(Some(name)), Guess::Random));
    let pair =
        of("name of a key", guard(place), place, ["one that exists", "another"], &tokens(None), requests);
    Pair { expected: Expected::Open, ..pair }
}

fn guard(place: Place) -> Builder<HasKeys, HasAudience> {
    let [hs256, ..] = &SIGNERS;
    match place {
        Place::Authorization => hs256.guard(),
        Place::ApiHeader => hs256.guard().locations([TokenLocation::header(API_HEADER)]),
    }
}

fn of(
    name: &'static str,
    guard: Builder<HasKeys, HasAudience>,
    place: Place,
    classes: [&'static str; 2],
    good: &Arc<[String]>,
    requests: [Make; 2],
) -> Pair {
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
        let parts = |caller: usize| tokens[caller].rsplit_once('.').expect("a signature");
        let (signed, _) = parts(caller);
        request(place, &format!("{signed}.{}", guess.at(caller, |caller| parts(caller).1)))
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
