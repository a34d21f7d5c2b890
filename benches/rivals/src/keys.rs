//! The keys of the fixtures, in the words of the rivals.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jwt_guard_benches::Signer;
use serde_json::{Value, json};

/// The name of the key in every token, which some rivals insist on.
pub use jwt_guard_benches::KEY_ID;

/// The key as a JSON Web Key Set.
pub fn public_jwk_set(signer: &Signer) -> String {
    let mut key: Value = match signer.name {
        "HS256" => json!({ "kty": "oct", "k": BASE64_URL_SAFE_NO_PAD.encode(signer.public()) }),
        "RS256" => fixture(include_str!("../../../tests/fixtures/keys/rsa-2048.public.jwk")),
        "ES256" => fixture(include_str!("../../../tests/fixtures/keys/p256.public.jwk")),
        _ => fixture(include_str!("../../../tests/fixtures/keys/ed25519.public.jwk")),
    };
    key["kid"] = KEY_ID.into();
    key["alg"] = signer.name.into();
    key["use"] = "sig".into();
    json!({ "keys": [key] }).to_string()
}

/// The algorithm, for those who stand on jsonwebtoken 11.
pub fn algorithm_11(signer: &Signer) -> jsonwebtoken_11::Algorithm {
    format!("{:?}", signer.algorithm()).parse().expect("each version has the same names")
}

/// The key and its algorithm, for those who stand on jsonwebtoken 10.
pub fn decoding_key_10(signer: &Signer) -> (jsonwebtoken_10::Algorithm, jsonwebtoken_10::DecodingKey) {
    use jsonwebtoken_10::{Algorithm, DecodingKey};

    let pem = signer.public().as_bytes();
    let (algorithm, key) = match signer.name {
        "HS256" => (Algorithm::HS256, Ok(DecodingKey::from_secret(pem))),
        "RS256" => (Algorithm::RS256, DecodingKey::from_rsa_pem(pem)),
        "ES256" => (Algorithm::ES256, DecodingKey::from_ec_pem(pem)),
        _ => (Algorithm::EdDSA, DecodingKey::from_ed_pem(pem)),
    };
    (algorithm, key.expect("a fixture"))
}

/// Chooses aws-lc-rs for jsonwebtoken 10, which has both backends here (axum-jwt-auth insists on RustCrypto) and would
/// panic at the first token.
pub fn choose_backends() {
    jwt_guard_benches::choose_backend();
    // An error means that it was chosen before.
    _ = jsonwebtoken_10::crypto::aws_lc::DEFAULT_PROVIDER.install_default();
}

fn fixture(text: &str) -> Value {
    serde_json::from_str(text).expect("a fixture")
}
