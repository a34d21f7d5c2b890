//! A table of tokens, good and bad in every usual way, each with its answer, over a socket.
//!
//! Every case is sent to a route that needs authentication and to one that lets anonymous callers in, of a guard
//! for HS256 and of one for RS256. The answers are written out by hand, from the rules, not from the code.

use jwt_guard::{Algorithm, JwtGuard};
use jwt_guard_tests::{Answer, ManualClock, NOW, Outcome, Payload, Request, Server, SigningKey, base64url};

use crate::app;

use Expected::{Malformed, NotCredentials, Refused, Welcome};

/// What a case gets: on the protected route, and on the one for anonymous callers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expected {
    /// 200 and 200, as the caller of the token.
    Welcome,
    /// 401 without `error`, and 200 as anonymous: the request has no token of ours.
    NotCredentials,
    /// 401 `invalid_token` on both.
    Refused,
    /// 400 `invalid_request` on both.
    Malformed,
}

/// What is sent.
enum Sent {
    /// A token after `Bearer`.
    Token(String),
    /// Whole `Authorization` headers.
    Headers(Vec<Vec<u8>>),
}

const OPEN: Outcome<'_> = Outcome::ok("anonymous");
const KNOWN: Outcome<'_> = Outcome::ok("alice");

impl Expected {
    const fn outcomes(self) -> (Outcome<'static>, Outcome<'static>) {
        match self {
            Welcome => (KNOWN, KNOWN),
            NotCredentials => (Outcome::NO_TOKEN, OPEN),
            Refused => (Outcome::BAD_TOKEN, Outcome::BAD_TOKEN),
            Malformed => (Outcome::BAD_REQUEST, Outcome::BAD_REQUEST),
        }
    }
}

#[tokio::test]
async fn every_case_has_its_answer_for_hs256() {
    every_case_has_its_answer(Algorithm::Hs256).await;
}

#[tokio::test]
async fn every_case_has_its_answer_for_rs256() {
    every_case_has_its_answer(Algorithm::Rs256).await;
}

#[tokio::test]
async fn a_token_for_some_audience_passes_where_none_is_configured_and_the_danger_is_taken() {
    let key = SigningKey::of(Algorithm::Hs256);
    let guard = JwtGuard::builder()
        .key(key.verifying())
        .danger()
        .any_audience("this issuer issues for one service")
        .clock(ManualClock::new());
    let server = app::serve(guard.build().unwrap()).await;
    for aud in ["\"anything\"", "[\"a\",\"b\"]", ""] {
        let token = key.token(&Payload::good().with("aud", aud));
        server.get(app::PROTECTED, &token).await.is(KNOWN);
    }
}

async fn every_case_has_its_answer(algorithm: Algorithm) {
    let guard = jwt_guard_tests::guard(algorithm).build().unwrap();
    let server = app::serve(guard.clone()).await;
    let mut wrong = Vec::new();
    let cases = cases(&SigningKey::of(algorithm));
    assert!(cases.len() >= 70, "{} cases", cases.len());
    // Once cold, and once when the guard has met every header before.
    for (name, sent, expected) in cases.iter().chain(&cases) {
        let (protected, open) = expected.outcomes();
        if let Sent::Token(token) = sent {
            let explanation = guard.explain(token);
            assert_eq!(explanation.is_accepted(), *expected == Welcome, "{name}: {explanation}");
        }
        for (route, outcome) in [(app::PROTECTED, protected), (app::OPEN, open)] {
            let answer = send(&server, route, sent).await;
            assert!(answer.status.as_u16() < 500, "{name} on {route}: {answer:?}");
            if answer.outcome() != outcome {
                wrong.push(format!("{name} on {route}: {:?} is not {outcome:?}", answer.outcome()));
            }
        }
    }
    assert!(wrong.is_empty(), "{algorithm}:\n{}", wrong.join("\n"));
}

/// The cases in the order of the measurement, with those about the clock made relative to our leeway of 30 s.
#[rustfmt::skip]
fn cases(key: &SigningKey) -> Vec<(&'static str, Sent, Expected)> {
    let good = key.token(&Payload::good());
    let (message, signature) = good.rsplit_once('.').unwrap();
    let claims = |name: &str, json: &str| Sent::Token(key.token(&Payload::good().with(name, json)));
    let payload = |text: &str| Sent::Token(key.token_of(&key.header(), text.as_bytes()));
    let header = |text: &str| Sent::Token(key.token_of(text, Payload::good().to_string().as_bytes()));
    let alg = |name: &str| header(&format!(r#"{{"alg":"{name}","typ":"JWT"}}"#));
    let unsigned = |name: &str| Sent::Token(format!(
        "{}.{}.",
        base64url(format!(r#"{{"alg":"{name}","typ":"JWT"}}"#).as_bytes()),
        base64url(Payload::good().to_string().as_bytes()),
    ));
    let text = |text: &str| Sent::Token(text.to_owned());
    let line = |bytes: &[u8]| Sent::Headers(vec![bytes.to_vec()]);
    let other_hmac = |algorithm| {
        let same_secret = SigningKey::hmac(algorithm, SigningKey::secret());
        Sent::Token(same_secret.token(&Payload::good()))
    };
    let ago = |seconds: u64| (NOW - seconds).to_string();
    let expired = |seconds| {
        let payload = Payload::good().with("iat", &ago(7200)).with("exp", &ago(seconds));
        Sent::Token(key.token(&payload))
    };
    let ahead = |seconds: u64| (NOW + seconds).to_string();
    let deep = format!("{}{}", "[".repeat(5000), "]".repeat(5000));

    vec![
        ("valid", text(&good), Welcome),
        ("no token", Sent::Headers(Vec::new()), NotCredentials),
        ("header empty", line(b""), NotCredentials),
        ("header = prefix only", line(b"Bearer"), NotCredentials),
        ("header = prefix + space", line(b"Bearer "), NotCredentials),
        ("header = bare token", line(good.as_bytes()), Malformed),
        ("header = three parts", line(format!("Bearer {good} x").as_bytes()), Malformed),
        ("header: two spaces", line(format!("Bearer  {good}").as_bytes()), Welcome),
        ("wrong prefix Basic", line(format!("Basic {good}").as_bytes()), NotCredentials),
        ("prefix lower case", line(format!("bearer {good}").as_bytes()), Welcome),
        ("prefix upper case", line(format!("BEARER {good}").as_bytes()), Welcome),
        ("two authorization headers (good, junk)",
            Sent::Headers(vec![format!("Bearer {good}").into_bytes(), b"junk".to_vec()]), Malformed),
        ("two authorization headers (junk, good)",
            Sent::Headers(vec![b"junk".to_vec(), format!("Bearer {good}").into_bytes()]), Malformed),
        ("non-ASCII bytes in header", line(b"Bearer \xe9\xff"), Malformed),
        ("non-ASCII bytes in the scheme", line(b"B\xe9arer a.b.c"), Malformed),
        ("garbage 'abc'", text("abc"), Refused),
        ("garbage 'a.b.c'", text("a.b.c"), Refused),
        ("garbage '...'", text("..."), Refused),
        // `!` is not a character of tokens (RFC 6750 section 2.1).
        ("garbage '!!.!!.!!'", text("!!.!!.!!"), Malformed),
        ("header segment = '[]'", header("[]"), Refused),
        ("header segment = '{}' (no alg)", header("{}"), Refused),
        ("header segment not JSON", header("x"), Refused),
        ("header alg = 5", header(r#"{"alg":5}"#), Refused),
        ("payload not JSON, well signed", payload("x"), Refused),
        ("payload = JSON list, well signed", payload("[1,2]"), Refused),
        ("payload deep nesting, well signed",
            payload(&Payload::good().with("x", &deep[4000..6000]).to_string()), Refused),
        ("deep nesting header, unsigned",
            text(&format!("{}.{}.{signature}", base64url(&deep.as_bytes()[4300..5700]), base64url(b"{}"))), Refused),
        ("bad signature", text(&format!("{message}.{}", flipped(signature))), Refused),
        ("signed with other secret",
            Sent::Token(SigningKey::hmac(Algorithm::Hs256, &[9; 64]).token(&Payload::good())), Refused),
        ("empty signature", text(&format!("{message}.")), Refused),
        ("signature last-bit change (same bytes)", text(&format!("{message}.{}", loosened(signature))), Refused),
        ("junk '!!!!' added to signature", text(&format!("{good}!!!!")), Malformed),
        ("padding '=' added to signature", text(&format!("{good}=")), Refused),
        ("expired 1 h ago", expired(3600), Refused),
        ("expired 31 s ago", expired(31), Refused),
        ("expired 30 s ago: on the edge of the leeway", expired(30), Refused),
        ("expired 29 s ago: within the leeway", expired(29), Welcome),
        ("expired 1 s ago: within the leeway", expired(1), Welcome),
        ("no exp", claims("exp", ""), Refused),
        ("exp as string (future)", claims("exp", &format!("\"{}\"", ahead(600))), Refused),
        ("exp as string (past)", claims("exp", &format!("\"{}\"", ago(600))), Refused),
        ("exp = 'never'", claims("exp", "\"never\""), Refused),
        ("exp = null", claims("exp", "null"), Refused),
        ("exp = 1e308", claims("exp", "1e308"), Refused),
        ("exp = 10**18", claims("exp", "1000000000000000000"), Refused),
        ("exp = -1", claims("exp", "-1"), Refused),
        ("exp = Infinity (not JSON)", claims("exp", "Infinity"), Refused),
        ("exp = list", claims("exp", &format!("[{}]", ahead(600))), Refused),
        ("exp beyond the longest lifetime of 24 h", claims("exp", &ahead(86_400)), Refused),
        ("nbf 1 h in future", claims("nbf", &ahead(3600)), Refused),
        ("iat 1 h in future", claims("iat", &ahead(3600)), Refused),
        ("no iat", claims("iat", ""), Welcome),
        ("iat = 'x'", claims("iat", "\"x\""), Refused),
        ("no sub", claims("sub", ""), Refused),
        ("sub = 42", claims("sub", "42"), Refused),
        ("sub = ''", claims("sub", "\"\""), Refused),
        ("sub = null", claims("sub", "null"), Refused),
        ("jti = 7", claims("jti", "7"), Refused),
        ("aud of another service", claims("aud", "\"billing\""), Refused),
        ("no aud", claims("aud", ""), Refused),
        ("iss in token, none configured", claims("iss", "\"https://any.example\""), Welcome),
        ("alg none, empty signature", unsigned("none"), Refused),
        ("alg None", unsigned("None"), Refused),
        ("alg NONE", unsigned("NONE"), Refused),
        ("alg ''", unsigned(""), Refused),
        ("alg none, well signed", alg("none"), Refused),
        ("alg HS384 (same secret)", other_hmac(Algorithm::Hs384), Refused),
        ("alg HS512 (same secret)", other_hmac(Algorithm::Hs512), Refused),
        ("header says HS512, signed by the key", alg("HS512"), Refused),
        ("alg 'HS', signed by the key", alg("HS"), Refused),
        ("alg hs256 lower case", alg("hs256"), Refused),
        ("alg rs256 lower case", alg("rs256"), Refused),
        ("alg ES256, signed with an unknown EC key",
            Sent::Token(SigningKey::of(Algorithm::Es256).token(&Payload::good())), Refused),
        ("crit: ['x']", header(&key.header_with("crit", r#"["x"]"#)), Refused),
        ("typ absent", header(&key.header().replace(r#","typ":"JWT""#, "")), Welcome),
        ("typ = 'at+jwt'", header(&key.header_with("typ", r#""at+jwt""#)), Welcome),
        ("20 kB token (one long claim)", claims("x", &format!("\"{}\"", "x".repeat(20_000))), Refused),
    ]
}

/// The signature with its first character changed, which carries six bits of it.
fn flipped(signature: &str) -> String {
    let first = if signature.starts_with('A') { 'B' } else { 'A' };
    format!("{first}{}", &signature[1..])
}

/// The signature with unused bits of its last character set: another text for the same bytes.
fn loosened(signature: &str) -> String {
    const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let (rest, last) = signature.split_at(signature.len() - 1);
    let value = ALPHABET.find(last).unwrap();
    assert_eq!(value % 4, 0, "the last character carries spare bits");
    format!("{rest}{}", &ALPHABET[value + 1..value + 2])
}

async fn send(server: &Server, route: &str, sent: &Sent) -> Answer {
    let request = Request::get(route);
    let request = match sent {
        Sent::Token(token) => request.bearer(token),
        Sent::Headers(lines) => {
            lines.iter().fold(request, |request, line| request.header("authorization", line))
        }
    };
    server.send(request).await
}
