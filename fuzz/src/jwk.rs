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
            let json = json.as_ref().expect("a key is JSON");
            assert!(secrets(json).next().is_some(), "a private member");
            assert!(secrets(json).all(|secret| !shows(&format!("{key:?}"), secret, json)));
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
                assert_public(&written, json.expect("a set is JSON"));
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

/// No key of a written set is a secret, or has a private member, whatever the set that was read has.
fn assert_public(written: &str, read: &Value) {
    let set: Value = serde_json::from_str(written).expect("a written set is JSON");
    let keys = set["keys"].as_array().expect("a list of keys");
    for key in keys {
        let members = key.as_object().expect("a key is an object");
        assert!(members["kty"] != "oct" && PRIVATE.iter().all(|name| !members.contains_key(*name)), "{key}");
    }
    assert!(secrets(read).all(|secret| !shows(written, secret, read)), "{written}");
}

/// The texts that are secret in a key and in the keys of a set, and long enough to be told from the words of a message.
fn secrets(json: &Value) -> impl Iterator<Item = &str> {
    let keys = json.get("keys").and_then(Value::as_array);
    let members = keys.into_iter().flatten().chain([json]).filter_map(Value::as_object).flatten();
    let texts =
        members.filter(|(name, _)| PRIVATE.contains(&name.as_str())).filter_map(|(_, value)| value.as_str());
    texts.filter(|text| text.len() >= 16)
}

/// Whether a text has the secret, which no public member has.
fn shows(text: &str, secret: &str, json: &Value) -> bool {
    text.contains(secret) && json.to_string().matches(secret).count() == 1
}

fn assert_silent(error: &KeyError, json: Option<&Value>) {
    let (shown, Some(json)) = (format!("{error} {error:?}"), json) else { return };
    assert!(secrets(json).all(|secret| !shows(&shown, secret, json)), "{shown}");
}
