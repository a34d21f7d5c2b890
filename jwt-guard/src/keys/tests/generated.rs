//! New keys are good keys, in every text.

use std::collections::HashSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::super::{GeneratedKey, KeyErrorKind, SigningKey, backend};
use super::{Algorithm, VerifyingKey};

/// One of each kind of key, and each length of secret.
const KINDS: [Algorithm; 6] = [
    Algorithm::Hs256,
    Algorithm::Hs512,
    Algorithm::Es256,
    Algorithm::Es384,
    Algorithm::EdDsa,
    Algorithm::Rs256,
];

fn keys() -> impl Iterator<Item = GeneratedKey> {
    let makes = |algorithm: &Algorithm| !backend::RSA_TIMES_TELL || *algorithm != Algorithm::Rs256;
    KINDS.into_iter().filter(makes).map(|algorithm| GeneratedKey::new(algorithm).unwrap())
}

#[track_caller]
fn assert_verifies(key: &SigningKey, with: &VerifyingKey) {
    let signature = backend::sign(key, b"message").unwrap();
    assert_eq!(backend::verify(with, b"message", signature.as_bytes()), Ok(()), "{key:?}");
}

#[test]
fn every_text_of_a_new_key_is_the_key() {
    for key in keys() {
        let verifying = key.signing_key().verifying_key();
        let algorithm = verifying.algorithm();
        assert_verifies(&SigningKey::jwk(key.private_jwk().as_str()).unwrap(), &verifying);
        if let Some(pem) = key.private_pem() {
            assert_verifies(&SigningKey::pem(algorithm, pem.as_str()).unwrap(), &verifying);
            let public = verifying.to_public_pem().unwrap();
            assert_verifies(key.signing_key(), &VerifyingKey::pem(algorithm, public).unwrap());
        }
        if let Some(text) = key.secret_text() {
            let base64 = text.as_str().strip_prefix("base64:").unwrap();
            let secret = STANDARD.decode(base64).unwrap();
            assert_verifies(key.signing_key(), &VerifyingKey::secret(algorithm, secret).unwrap());
        }
        assert_eq!(key.private_pem().is_some(), key.secret_text().is_none());
    }
}

#[test]
fn a_private_jwk_names_its_algorithm_and_its_thumbprint_or_id() {
    for key in keys() {
        let jwk = |key: &GeneratedKey| serde_json::from_str::<Value>(key.private_jwk().as_str()).unwrap();
        let thumbprint = key.signing_key().verifying_key().thumbprint();
        assert_eq!(jwk(&key)["kid"].as_str(), thumbprint.as_deref());
        assert_eq!(jwk(&key)["alg"], key.signing_key().algorithm().name());
        let named = key.with_id("2026 \"\u{1b}");
        assert_eq!(jwk(&named)["kid"], "2026 \"\u{1b}");
    }
}

#[test]
fn new_keys_are_all_different() {
    for algorithm in [Algorithm::Hs256, Algorithm::Es256, Algorithm::Es384, Algorithm::EdDsa] {
        let texts: HashSet<_> = (0..20)
            .map(|_| GeneratedKey::new(algorithm).unwrap().private_jwk().as_str().to_owned())
            .collect();
        assert_eq!(texts.len(), 20, "{algorithm}");
    }
}

#[test]
fn a_backend_that_makes_no_rsa_keys_says_so() {
    match GeneratedKey::new(Algorithm::Ps256) {
        Ok(_) => assert_eq!(backend::NAME, "aws-lc-rs"),
        Err(error) => {
            assert_eq!((error.kind(), backend::NAME), (KeyErrorKind::NotGenerated, "rust-crypto"));
            assert!(error.to_string().contains("openssl genpkey"), "{error}");
        }
    }
}

#[test]
fn debug_shows_no_private_text() {
    for key in keys() {
        assert_eq!(format!("{:?}", key.private_jwk()), "PrivateText(..)");
        let shown = format!("{key:?} {:?} {:?}", key.private_jwk(), key.private_pem());
        assert!(shown.starts_with("GeneratedKey { key: SigningKey { algorithm: "), "{shown}");
        let private: Value = serde_json::from_str(key.private_jwk().as_str()).unwrap();
        for member in ["k", "d", "p", "qi"] {
            let Some(text) = private[member].as_str() else { continue };
            assert!(!shown.contains(text), "{member}");
        }
    }
}
