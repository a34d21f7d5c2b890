//! Which keys are refused, one file for each kind of key. The rules (C1 ..) are those of `tests/CONFORMANCE.md`; the
//! keys come from `tests/fixtures/keys`.

pub(crate) mod backend;
mod der;
mod ec;
mod generated;
mod hmac;
mod jwk;
mod key_set;
mod okp;
mod pem;
mod private;
mod publish;
mod rsa;
mod signing;
mod wycheproof;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use super::{Algorithm, KeyError, KeyErrorKind, VerifyingKey};

macro_rules! fixture {
    ($name:literal) => {
        include_str!(concat!("../../../../tests/fixtures/keys/", $name))
    };
}
use fixture;

/// A secret for every HMAC algorithm, a different one for every number.
pub(crate) const fn secret(number: u8) -> [u8; 64] {
    let mut bytes = [number; 64];
    let mut index = 0;
    while index < bytes.len() {
        // 167 is odd, so the first 256 multiples are all different.
        bytes[index] = number.wrapping_add((index as u8).wrapping_mul(167));
        index += 1;
    }
    bytes
}

/// The PEM of the good public keys, each with the algorithms it serves.
const GOOD: [(&str, &[Algorithm]); 4] = [
    (
        fixture!("rsa-2048.public.pem"),
        &[
            Algorithm::Rs256,
            Algorithm::Rs384,
            Algorithm::Rs512,
            Algorithm::Ps256,
            Algorithm::Ps384,
            Algorithm::Ps512,
        ],
    ),
    (fixture!("p256.public.pem"), &[Algorithm::Es256]),
    (fixture!("p384.public.pem"), &[Algorithm::Es384]),
    (fixture!("ed25519.public.pem"), &[Algorithm::EdDsa]),
];

/// Asserts the kind of a refusal and a part of its message: the one that says what to do.
#[track_caller]
fn refused<T: std::fmt::Debug>(result: Result<T, KeyError>, kind: KeyErrorKind, part: &str) {
    let error = result.expect_err(part);
    assert_eq!(error.kind(), kind, "{error}");
    assert!(error.to_string().contains(part), "{error}");
}

/// A JWK with some members replaced, and those that are `null` removed.
fn changed(jwk: &str, changes: &Value) -> String {
    let mut jwk: Value = serde_json::from_str(jwk).unwrap();
    let members = jwk.as_object_mut().unwrap();
    for (name, value) in changes.as_object().unwrap() {
        match value {
            Value::Null => members.remove(name),
            value => members.insert(name.clone(), value.clone()),
        };
    }
    jwk.to_string()
}

/// A member of a JWK in bytes.
fn member(jwk: &str, name: &str) -> Vec<u8> {
    let jwk: Value = serde_json::from_str(jwk).unwrap();
    URL_SAFE_NO_PAD.decode(jwk[name].as_str().unwrap()).unwrap()
}

fn base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The bytes of the last block of a PEM text.
fn unwrapped(pem: &str) -> Vec<u8> {
    ::pem::parse_many(pem).unwrap().pop().unwrap().into_contents()
}

/// A DER text as a PEM block.
fn wrapped(label: &str, der: &[u8]) -> String {
    ::pem::encode(&::pem::Pem::new(label, der))
}

#[test]
fn every_good_key_loads_from_pem_and_der_and_keeps_its_algorithm() {
    for (pem, algorithms) in GOOD {
        for &algorithm in algorithms {
            assert_eq!(VerifyingKey::pem(algorithm, pem).unwrap().algorithm(), algorithm);
            assert_eq!(VerifyingKey::der(algorithm, &unwrapped(pem)).unwrap().algorithm(), algorithm);
        }
    }
}

#[test]
fn debug_of_a_key_shows_algorithm_and_id_only() {
    let key = VerifyingKey::secret(Algorithm::Hs256, "a secret of more than 32 bytes, hunter2")
        .unwrap()
        .with_id("a");
    assert_eq!(format!("{key:?}"), r#"VerifyingKey { algorithm: Hs256, id: Some("a"), .. }"#);
    let set = super::KeySet::new([key]).unwrap();
    assert!(!format!("{set:#?}").contains("hunter2"));
}

#[test]
fn no_refusal_quotes_the_key() {
    let long = "hunter2-hunter2-hunter2-hunter2-hunter2";
    let jwk =
        |k: &str| VerifyingKey::jwk(&format!(r#"{{"kty":"oct","alg":"HS256","kid":"a","k":"{k}"}}"#), &[]);
    let set = |text: &str| super::KeySet::from_json(text, &[]);
    let errors = [
        VerifyingKey::secret(Algorithm::Hs256, "hunter2").unwrap_err(),
        VerifyingKey::secret(Algorithm::Rs256, long).unwrap_err(),
        VerifyingKey::secret(Algorithm::Hs256, format!("-----BEGIN hunter2-----\n{long}")).unwrap_err(),
        VerifyingKey::secret(Algorithm::Hs256, format!("{{\"k\":\"{long}\"}}")).unwrap_err(),
        VerifyingKey::pem(Algorithm::Es256, long).unwrap_err(),
        VerifyingKey::pem(
            Algorithm::Es256,
            format!("-----BEGIN PUBLIC KEY-----\n{long}:\n\n!\n-----END PUBLIC KEY-----"),
        )
        .unwrap_err(),
        VerifyingKey::der(Algorithm::Es256, long.as_bytes()).unwrap_err(),
        VerifyingKey::jwk(long, &[]).unwrap_err(),
        jwk("hunter2+").unwrap_err(),
        jwk("hunter2").unwrap_err(),
        set(&format!("{{\"keys\":\"{long}\"}}")).unwrap_err(),
        set(&format!("{{\"keys\":[\"{long}\"]}}")).unwrap_err(),
        set(&format!("\"{long}\"")).unwrap_err(),
        set(&format!("{{\"keys\":[{{\"kty\":\"oct\",\"k\":\"{long}\"}}]")).unwrap_err(),
    ];
    for error in errors {
        let mut shown = format!("{error} {error:?} {error:#?}");
        let mut cause = std::error::Error::source(&error);
        while let Some(error) = cause {
            shown.push_str(&format!("{error} {error:?}"));
            cause = error.source();
        }
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}

#[test]
fn handles_can_be_shared_between_threads() {
    fn shared<T: Send + Sync + Clone + 'static>() {}
    shared::<VerifyingKey>();
    shared::<super::KeySet>();
    shared::<KeyError>();
}
