//! The published form of keys suffices to verify, and does not help to sign.

use serde_json::{Value, json};

use super::super::{KeySet, SigningKey, backend};
use super::{Algorithm, GOOD, VerifyingKey, changed, fixture};

fn published(keys: impl IntoIterator<Item = VerifyingKey>) -> Value {
    serde_json::from_str(&KeySet::new(keys).unwrap().to_public_json()).unwrap()
}

#[test]
fn what_is_published_verifies_what_was_signed() {
    let private = [
        (fixture!("rsa-2048.private.pem"), Algorithm::Ps384),
        (fixture!("p256.private.pem"), Algorithm::Es256),
        (fixture!("p384.private.pem"), Algorithm::Es384),
        (fixture!("ed25519.private.pem"), Algorithm::EdDsa),
    ];
    let keys =
        private.map(|(pem, algorithm)| SigningKey::pem(algorithm, pem).unwrap().with_id(algorithm.name()));
    let text = KeySet::new(keys.iter().map(SigningKey::verifying_key)).unwrap().to_public_json();
    let fetched = KeySet::published(&text, &[]).unwrap();
    assert_eq!((fetched.len(), fetched.skipped().len()), (4, 0));
    for (key, fetched) in keys.iter().zip(&fetched) {
        assert_eq!((fetched.id(), fetched.algorithm()), (key.id(), key.algorithm()));
        let signature = backend::sign(key, b"message").unwrap();
        assert_eq!(backend::verify(fetched, b"message", signature.as_bytes()), Ok(()));
    }
}

#[test]
fn a_published_key_is_the_public_jwk_with_name_and_purpose() {
    for (jwk, algorithm) in [
        (fixture!("rsa-2048.public.jwk"), Algorithm::Rs256),
        (fixture!("p256.public.jwk"), Algorithm::Es256),
        (fixture!("p384.public.jwk"), Algorithm::Es384),
        (fixture!("ed25519.public.jwk"), Algorithm::EdDsa),
    ] {
        let key = VerifyingKey::jwk(jwk, &[algorithm]).unwrap();
        let thumbprint = key.thumbprint().unwrap();
        let expected = changed(jwk, &json!({"use": "sig", "alg": algorithm.name(), "kid": thumbprint}));
        let expected: Value = serde_json::from_str(&expected).unwrap();
        assert_eq!(published([key.clone()]), json!({"keys": [expected]}));
        assert_eq!(published([key.with_id("a")])["keys"][0]["kid"], "a");
    }
}

#[test]
fn no_secret_is_published() {
    let secret = VerifyingKey::secret(Algorithm::Hs256, super::secret(7)).unwrap();
    assert_eq!((secret.to_public_jwk(), secret.thumbprint()), (None, None));
    let public = VerifyingKey::pem(Algorithm::Es256, GOOD[1].0).unwrap();
    let set = published([secret.with_id("s"), public.with_id("p")]);
    assert_eq!(set["keys"].as_array().unwrap().len(), 1);
    assert_eq!(set["keys"][0]["kid"], "p");
}

#[test]
fn no_private_member_is_published() {
    let key = SigningKey::pem(Algorithm::Rs256, fixture!("rsa-2048.private.pem")).unwrap();
    let set = published([key.verifying_key()]);
    let names: Vec<_> = set["keys"][0].as_object().unwrap().keys().collect();
    assert_eq!(names, ["alg", "e", "kid", "kty", "n", "use"]);
}

#[test]
fn the_thumbprint_is_that_of_rfc_7638() {
    let jwk = r#"{"kty":"RSA","e":"AQAB","alg":"RS256","kid":"2011-04-29",
        "n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"}"#;
    let key = VerifyingKey::jwk(jwk, &[]).unwrap();
    assert_eq!(key.thumbprint().as_deref(), Some("NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"));
    // Name and algorithm make no difference.
    let other = VerifyingKey::jwk(&changed(jwk, &json!({"alg": "PS256", "kid": "b"})), &[]).unwrap();
    assert_eq!(other.thumbprint(), key.thumbprint());
}
