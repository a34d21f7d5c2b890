//! JSON Web Keys and sets of them: the public half of an accepted key is the same after it was written and read again, and no
//! message quotes a secret.

use jwt_guard::keys::{KeyError, KeySet, VerifyingKey};
use jwt_guard::{Algorithm, SigningKey};
use serde_json::Value;

/// The members of private keys (RFC 7518 section 6).
const PRIVATE: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

pub fn target(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let json: Option<Value> = serde_json::from_str(text).ok();
    for allowed in [&[][..], &[Algorithm::Rs256, Algorithm::Hs256]] {
        match VerifyingKey::jwk(text, allowed) {
            Ok(key) => {
                assert!(allowed.is_empty() || allowed.contains(&key.algorithm()));
                assert_same_when_written(&key);
                let json = json.as_ref().expect("a key is JSON");
                assert_eq!(json.get("kid").and_then(Value::as_str), key.id());
                assert!(json["kty"] == "oct" || PRIVATE.iter().all(|name| json.get(*name).is_none()));
            }
            Err(error) => assert_silent(&error, json.as_ref()),
        }
        sets(text, allowed, json.as_ref());
    }
    match SigningKey::jwk(text) {
        Ok(key) => {
            assert_same_when_written(&key.verifying_key());
            assert!(!format!("{key:?}").contains(json.as_ref().and_then(secret).expect("a private member")));
        }
        Err(error) => assert_silent(&error, json.as_ref()),
    }
}

fn sets(text: &str, allowed: &[Algorithm], json: Option<&Value>) {
    let (own, published) = (KeySet::from_json(text, allowed), KeySet::published(text, allowed));
    for result in [&own, &published] {
        match result {
            Ok(set) => {
                assert!((1..=100).contains(&set.len()));
                set.iter().for_each(assert_same_when_written);
                set.skipped().iter().for_each(|error| assert_silent(error, json));
                let public: Vec<_> = set.iter().filter(|key| key.to_public_jwk().is_some()).collect();
                let written = set.to_public_json();
                assert!(!json.and_then(secret).is_some_and(|secret| written.contains(secret)));
                if let Ok(again) = KeySet::published(&written, &[]) {
                    assert_eq!(again.len(), public.len(), "{written}");
                } else {
                    assert!(public.is_empty(), "{written}");
                }
            }
            Err(error) => assert_silent(error, json),
        }
    }
    if let Ok(set) = published {
        assert!(set.iter().all(|key| key.thumbprint().is_some()), "a published secret is a key");
        assert!(own.is_ok());
    }
}

pub(crate) fn assert_same_when_written(key: &VerifyingKey) {
    let (Some(jwk), Some(pem)) = (key.to_public_jwk(), key.to_public_pem()) else {
        assert_eq!(key.thumbprint(), None);
        return;
    };
    let again = VerifyingKey::jwk(&jwk, &[]).unwrap_or_else(|error| panic!("{error}: {jwk}"));
    assert_eq!((again.algorithm(), again.thumbprint()), (key.algorithm(), key.thumbprint()));
    assert_eq!(again.to_public_jwk(), Some(jwk));
    if key.id().is_some() {
        assert_eq!(again.id(), key.id());
    }
    let again = VerifyingKey::pem(key.algorithm(), &pem).unwrap_or_else(|error| panic!("{error}: {pem}"));
    assert_eq!(again.thumbprint(), key.thumbprint());
    assert_eq!(again.to_public_pem(), Some(pem));
}

/// The first text that is secret, and long enough to be told from the words of a message.
fn secret(json: &Value) -> Option<&str> {
    PRIVATE.iter().filter_map(|name| json.get(name)?.as_str()).find(|text| text.len() >= 16)
}

fn assert_silent(error: &KeyError, json: Option<&Value>) {
    let shown = format!("{error} {error:?}");
    let keys = json.and_then(|json| json.get("keys")).and_then(Value::as_array);
    let keys = keys.into_iter().flatten().chain(json);
    for secret in keys.filter_map(secret) {
        // A public member may have the same text.
        let count = serde_json::to_string(&json).unwrap_or_default().matches(secret).count();
        assert!(count > 1 || !shown.contains(secret), "{shown}");
    }
}
