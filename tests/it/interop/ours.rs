//! Tokens of ours before other libraries, which fetch the keys that we publish.

use std::time::{Duration, SystemTime};

use jwt_guard::setup::{Clock, SystemClock};
use jwt_guard::{Algorithm, JwtGuard, SigningKey};
use jwt_guard_tests::{AUDIENCE, ISSUER, Server, base64url};
use serde_json::{Value, json};

use super::programs::Library;

const KEY_ID: &str = "2026-11";
const JWKS: &str = "/jwks.json";
const HOUR: Duration = Duration::from_secs(60 * 60);

/// A token, and what each library must say to it.
struct Case {
    name: String,
    job: Value,
    expected: Expected,
}

#[derive(Clone, Copy)]
enum Expected {
    /// The claims, whose subject is `alice`.
    Alice,
    /// Their names for what is wrong.
    Error { jose: &'static str, pyjwt: &'static str },
}

const FORGED: Expected =
    Expected::Error { jose: "ERR_JWS_SIGNATURE_VERIFICATION_FAILED", pyjwt: "InvalidSignatureError" };
const OTHER_ALGORITHM: Expected =
    Expected::Error { jose: "ERR_JOSE_ALG_NOT_ALLOWED", pyjwt: "InvalidAlgorithmError" };
const EXPIRED: Expected = Expected::Error { jose: "ERR_JWT_EXPIRED", pyjwt: "ExpiredSignatureError" };
const OTHER_AUDIENCE: Expected =
    Expected::Error { jose: "ERR_JWT_CLAIM_VALIDATION_FAILED", pyjwt: "InvalidAudienceError" };

#[tokio::test]
async fn jose_and_pyjwt_accept_our_tokens_with_the_published_keys_and_find_what_is_wrong() {
    let mut cases = Vec::new();
    let mut servers = Vec::new();
    for maker in Library::ALL {
        let Some(entries) = maker.sign().await else { return };
        assert_eq!(entries.len(), 12);
        for entry in &entries {
            for (form, key) in keys(entry) {
                let name = format!("{} key of {maker:?} as {form}", key.algorithm());
                let guard = guard(key.clone(), SystemClock);
                let server = publish(&guard).await;
                let job = job(entry, &server);
                let mut tokens = vec![("a good token", issue(&guard), Expected::Alice)];
                if form == "JWK" {
                    tokens.extend(refused(&guard, key, entry));
                }
                cases.extend(tokens.into_iter().map(|(what, token, expected)| {
                    let mut job = job.clone();
                    job["token"] = token.into();
                    Case { name: format!("{name}: {what}"), job, expected }
                }));
                servers.push(server);
            }
        }
    }
    for library in Library::ALL {
        let jobs = cases.iter().map(|case| case.job.clone()).collect();
        let Some(answers) = library.verify(jobs).await else { return };
        assert_eq!(answers.len(), cases.len());
        for (case, answer) in cases.iter().zip(answers) {
            case.check(library, &answer);
        }
    }
}

#[tokio::test]
async fn a_refresh_token_is_not_taken_for_an_access_token_or_grants_nothing() {
    let Some(entries) = Library::Jose.sign().await else { return };
    let entry = entries.iter().find(|entry| entry["algorithm"] == "ES256").unwrap();
    let (_, key) = keys(entry).swap_remove(0);
    let guard = guard(key, SystemClock);
    let server = publish(&guard).await;
    let pair = guard.issuer().unwrap().pair("alice").scopes(["orders:read"]).sign().unwrap();
    let jobs = [pair.access(), pair.refresh()].map(|token| {
        let mut job = job(entry, &server);
        job["token"] = token.as_str().into();
        job
    });

    // It looks at the type.
    let Some(answers) = Library::Jose.verify(jobs.to_vec()).await else { return };
    assert_eq!(answers[0]["claims"]["scope"], "orders:read");
    assert_eq!(answers[1]["error"], "ERR_JWT_CLAIM_VALIDATION_FAILED");

    // It does not.
    let Some(answers) = Library::PyJwt.verify(jobs.to_vec()).await else { return };
    assert_eq!(answers[0]["claims"]["scope"], "orders:read");
    assert_eq!(answers[1]["claims"]["sub"], "alice");
    assert_eq!(answers[1]["claims"]["scope"], Value::Null);
}

impl Case {
    #[track_caller]
    fn check(&self, library: Library, answer: &Value) {
        let name = format!("{library:?}: {}", self.name);
        match self.expected {
            Expected::Alice => {
                let claims = &answer["claims"];
                assert_eq!(claims["sub"], "alice", "{name}: {answer}");
                assert_eq!(claims["scope"], "orders:read", "{name}");
                assert_eq!(claims["tenant"], "Zoë & Söhne", "{name}");
            }
            Expected::Error { jose, pyjwt } => {
                let error = if library == Library::Jose { jose } else { pyjwt };
                assert_eq!(*answer, json!({ "error": error }), "{name}");
            }
        }
    }
}

/// The private key in every form in which its maker exports it.
fn keys(entry: &Value) -> Vec<(&'static str, SigningKey)> {
    let algorithm = algorithm(entry);
    let jwk = SigningKey::jwk(&entry["private_jwk"].to_string()).unwrap();
    let pem = entry["private_pem"].as_str().map(|pem| SigningKey::pem(algorithm, pem).unwrap());
    assert_eq!(pem.is_none(), is_secret(entry), "a secret has no PEM");
    let forms = [("JWK", jwk)].into_iter().chain(pem.map(|pem| ("PEM", pem)));
    forms.map(|(form, key)| (form, key.with_id(KEY_ID))).collect()
}

fn guard(key: SigningKey, clock: impl Clock) -> JwtGuard {
    let builder = JwtGuard::builder().signing_key(key).issuer(ISSUER).audience(AUDIENCE);
    builder.clock(clock).build().unwrap()
}

async fn publish(guard: &JwtGuard) -> Server {
    Server::start(guard.jwks_route(JWKS)).await
}

/// What a verifier is told, but for the token.
fn job(entry: &Value, server: &Server) -> Value {
    let mut job = json!({ "algorithm": entry["algorithm"] });
    if is_secret(entry) {
        job["secret"] = entry["private_jwk"]["k"].clone();
    } else {
        job["jwks_url"] = format!("http://{}{JWKS}", server.address()).into();
    }
    job
}

fn issue(guard: &JwtGuard) -> String {
    let token = guard.issuer().unwrap().access("alice").scopes(["orders:read"]);
    token.claim("tenant", "Zoë & Söhne").sign().unwrap().as_str().to_owned()
}

/// What is not good, or what an attacker makes of a good token.
fn refused(guard: &JwtGuard, key: SigningKey, entry: &Value) -> Vec<(&'static str, String, Expected)> {
    let good = issue(guard);
    let [header, payload, signature] = [0, 1, 2].map(|index| part(&good, index));
    let [elsewhere, mallory] = [("alice", "billing"), ("mallory", AUDIENCE)].map(|(subject, audience)| {
        let token = guard.issuer().unwrap().access(subject).audience([audience]);
        token.sign().unwrap().as_str().to_owned()
    });
    let earlier = issue(&self::guard(key, Ago(2 * HOUR)));
    let unsigned = base64url(format!(r#"{{"alg":"none","typ":"at+jwt","kid":"{KEY_ID}"}}"#).as_bytes());

    let mut tokens = vec![
        ("the payload of another token", format!("{header}.{}.{signature}", part(&mallory, 1)), FORGED),
        ("the signature of another token", format!("{header}.{payload}.{}", part(&mallory, 2)), FORGED),
        ("the algorithm none", format!("{unsigned}.{payload}."), OTHER_ALGORITHM),
        ("an expired token", earlier, EXPIRED),
        ("a token for another service", elsewhere, OTHER_AUDIENCE),
    ];
    if let Some(pem) = entry["public_pem"].as_str() {
        tokens.push(("the public key as a secret", confused(pem, payload), OTHER_ALGORITHM));
    }
    tokens
}

fn part(token: &str, index: usize) -> &str {
    token.split('.').nth(index).unwrap()
}

/// Signed by HS256, with the text of the public key as the secret.
fn confused(pem: &str, payload: &str) -> String {
    let key = jwt_guard_tests::SigningKey::hmac(Algorithm::Hs256, pem.as_bytes());
    let header = base64url(format!(r#"{{"alg":"HS256","typ":"at+jwt","kid":"{KEY_ID}"}}"#).as_bytes());
    let message = format!("{header}.{payload}");
    format!("{message}.{}", base64url(&key.sign(message.as_bytes())))
}

fn algorithm(entry: &Value) -> Algorithm {
    Algorithm::from_name(entry["algorithm"].as_str().unwrap()).unwrap()
}

fn is_secret(entry: &Value) -> bool {
    algorithm(entry).name().starts_with("HS")
}

/// The system's clock, some time ago.
#[derive(Debug)]
struct Ago(Duration);

impl Clock for Ago {
    fn now(&self) -> SystemTime {
        SystemClock.now() - self.0
    }
}
