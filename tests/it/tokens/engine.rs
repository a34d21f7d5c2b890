//! The application's own calls of jsonwebtoken beside a guard; and what the engine's `decode` lets through, which is why the
//! guard does not use it.

use std::env;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

use jsonwebtoken::crypto::CryptoProvider;
use jsonwebtoken::{DecodingKey, EncodingKey, Header};
use jwt_guard::JwtGuard;
use jwt_guard_tests::{AUDIENCE, ManualClock, NOW, SigningKey};
use serde_json::{Value, json};

#[cfg(feature = "aws-lc-rs")]
use jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER;
#[cfg(not(feature = "aws-lc-rs"))]
use jsonwebtoken::crypto::rust_crypto::DEFAULT_PROVIDER;

fn guard() -> JwtGuard {
    JwtGuard::builder()
        .secret(SigningKey::secret())
        .audience(AUDIENCE)
        .clock(ManualClock::new())
        .build()
        .unwrap()
}

#[expect(clippy::disallowed_methods, clippy::disallowed_types, reason = "this is the application")]
fn decode(token: &str) -> jsonwebtoken::errors::Result<Value> {
    let mut validation = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::HS256);
    validation.set_audience(&[AUDIENCE]);
    validation.set_issuer(&["https://id.example"]);
    let key = DecodingKey::from_secret(SigningKey::secret())?;
    jsonwebtoken::decode(token, &key, &validation).map(|data| data.claims)
}

fn encode(claims: &Value) -> String {
    let key = EncodingKey::from_secret(SigningKey::secret()).unwrap();
    jsonwebtoken::encode(&Header::default(), claims, &key).unwrap()
}

/// Well beyond the clock of the system, which the engine reads.
fn later() -> u64 {
    NOW + 100 * 366 * 86_400
}

#[test]
fn the_application_signs_and_verifies_by_itself_whatever_backends_there_are() {
    in_a_process_of_its_own("signs_and_verifies");
}

#[test]
#[ignore = "run by `the_application_signs_and_verifies_by_itself_whatever_backends_there_are`"]
fn signs_and_verifies() {
    let _guard = guard();
    let claims = json!({"aud": AUDIENCE, "iss": "https://id.example", "sub": "alice", "exp": later()});
    assert_eq!(decode(&encode(&claims)).unwrap(), claims);
}

#[test]
fn the_provider_that_the_application_has_installed_stays() {
    in_a_process_of_its_own("keeps_its_provider");
}

static SIGNATURES: AtomicUsize = AtomicUsize::new(0);

#[test]
#[ignore = "run by `the_provider_that_the_application_has_installed_stays`"]
fn keeps_its_provider() {
    static OWN: CryptoProvider = CryptoProvider {
        signer_factory: |algorithm, key| {
            SIGNATURES.fetch_add(1, Ordering::Relaxed);
            (DEFAULT_PROVIDER.signer_factory)(algorithm, key)
        },
        verifier_factory: |algorithm, key| (DEFAULT_PROVIDER.verifier_factory)(algorithm, key),
        key_utils: jsonwebtoken::crypto::KeyUtils::new_unimplemented(),
    };
    OWN.install_default().unwrap();
    let _guard = guard();
    encode(&json!({"sub": "alice"}));
    assert_eq!(SIGNATURES.load(Ordering::Relaxed), 1);
}

#[test]
fn a_provider_is_installed_before_the_first_builder_or_not_at_all() {
    in_a_process_of_its_own("is_too_late");
}

#[test]
#[ignore = "run by `a_provider_is_installed_before_the_first_builder_or_not_at_all`"]
fn is_too_late() {
    let _builder = jwt_guard::JwtGuard::builder();
    assert!(DEFAULT_PROVIDER.install_default().is_err());
}

/// `docs/decisions.md` says this of the engine; a new version may change it.
#[test]
fn what_the_engines_decode_lets_through_is_what_is_said_of_it() {
    in_a_process_of_its_own("lets_through");
}

#[test]
#[ignore = "run by `what_the_engines_decode_lets_through_is_what_is_said_of_it`"]
fn lets_through() {
    let _guard = guard();
    let good = json!({"aud": AUDIENCE, "iss": "https://id.example", "sub": "alice", "exp": later()});
    let without = |name: &str| {
        let mut claims = good.clone();
        claims.as_object_mut().unwrap().remove(name);
        decode(&encode(&claims)).is_ok()
    };
    let with = |name: &str, value: Value| {
        let mut claims = good.clone();
        claims[name] = value;
        decode(&encode(&claims)).is_ok()
    };
    let key = SigningKey::of(jwt_guard::Algorithm::Hs256);
    let headed = |header: &str| decode(&key.token_of(header, good.to_string().as_bytes())).is_ok();
    let found = [
        ("no `aud`", without("aud")),
        ("no `iss`", without("iss")),
        ("`crit` with an unknown name", headed(r#"{"alg":"HS256","crit":["x"],"x":1}"#)),
        ("`crit` that is empty", headed(r#"{"alg":"HS256","crit":[]}"#)),
        ("`zip`", headed(r#"{"alg":"HS256","zip":"DEF"}"#)),
        ("a repeated member of the header", headed(r#"{"alg":"HS256","alg":"HS256"}"#)),
        ("a repeated claim", {
            let text = good.to_string().replacen('{', r#"{"sub":"root","#, 1);
            decode(&key.token_of(r#"{"alg":"HS256"}"#, text.as_bytes())).is_ok()
        }),
        ("claims in a list", {
            let payload = format!("[{good}]");
            decode(&key.token_of(r#"{"alg":"HS256"}"#, payload.as_bytes())).is_ok()
        }),
        ("`nbf` ahead", with("nbf", json!(later() - 10))),
        ("`nbf` of text", with("nbf", json!("tomorrow"))),
        ("`iat` ahead", with("iat", json!(later() - 10))),
        ("`iat` of text", with("iat", json!("tomorrow"))),
        ("`sub` of a number", with("sub", json!(7))),
        ("`exp` of text", with("exp", json!("tomorrow"))),
        ("`aud` of a number", with("aud", json!(7))),
        ("`iss` of a number", with("iss", json!(7))),
        ("`iss` in a list", with("iss", json!(["https://id.example"]))),
        ("another `typ`", headed(r#"{"alg":"HS256","typ":"rt+jwt"}"#)),
        ("`cty` of a nested token", headed(r#"{"alg":"HS256","cty":"JWT"}"#)),
    ];
    let passed: Vec<_> = found.iter().filter(|(_, passed)| *passed).map(|(name, _)| *name).collect();
    let said = [
        "no `aud`",
        "no `iss`",
        "`zip`",
        "`nbf` ahead",
        "`nbf` of text",
        "`iat` ahead",
        "`iat` of text",
        "`sub` of a number",
        "`iss` in a list",
        "another `typ`",
        "`cty` of a nested token",
    ];
    assert_eq!(passed, said);
}

/// Runs an ignored test of this file: the provider is one for the process.
#[track_caller]
fn in_a_process_of_its_own(test: &str) {
    let test = format!("tokens::engine::{test}");
    let mut command = Command::new(env::current_exe().unwrap());
    let output = command.args(["--exact", &test, "--ignored", "--nocapture"]).output().unwrap();
    let (text, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && text.contains("1 passed"), "{text}{errors}");
}
