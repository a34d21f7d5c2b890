//! What a test of timing must find, and what it must not.

use axum::extract::State;
use axum::routing::get;
use http::{HeaderMap, Request, StatusCode};

use crate::pair::{Expected, Guess, Make, Pair, random};

const HEADER: &str = "x-api-key";

/// The comparison that stops at the first difference.
async fn hasty(State(secret): State<&'static str>, headers: HeaderMap) -> StatusCode {
    let given = headers.get(HEADER).map_or(&[][..], |value| value.as_bytes());
    let is_right = given.len() == secret.len() && given.iter().zip(secret.as_bytes()).all(|(a, b)| a == b);
    if is_right { StatusCode::OK } else { StatusCode::UNAUTHORIZED }
}

pub(crate) fn pairs() -> Vec<Pair> {
    let secret: &'static str = String::leak(random::<32>());
    let request = |value: &str| Request::get("/").header(HEADER, value).body(()).expect("a request");
    let guess = |guess: Guess| -> Make { Box::new(move |_| request(&guess.at(0, |_| secret))) };
    let pair = |name, near, requests, expected| Pair {
        name,
        classes: [near, "a random one"],
        app: axum::Router::new().route("/", get(hasty)).with_state(secret).into(),
        requests,
        status: StatusCode::UNAUTHORIZED,
        good: Box::new(move |_| request(secret)),
        expected,
    };
    vec![
        pair(
            "control: a comparison that stops early",
            "all but the last byte",
            [guess(Guess::AllBut(31)), guess(Guess::Random)],
            Expected::Apart,
        ),
        pair(
            "control: one class, twice",
            "a random one",
            [guess(Guess::Random), guess(Guess::Random)],
            Expected::Alike,
        ),
    ]
}
