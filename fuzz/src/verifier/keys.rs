//! The keys: a signer of aws-lc-rs, the guard that has its public half, and that half for jsonwebtoken.

use std::sync::LazyLock;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair as RsaKeyPair;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, RSA_PKCS1_SHA256, RSA_PSS_SHA256, RsaEncoding,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jsonwebtoken::{DecodingKey, Validation};
use jwt_guard::keys::VerifyingKey;
use jwt_guard::setup::TokenCache;
use jwt_guard::{Algorithm, JwtGuard};
use serde_json::json;

use crate::common::{LEEWAY, SECRET, ed25519, ed25519_public, encode, hs256};

pub(super) struct Verifiers {
    pub(super) algorithm: Algorithm,
    pub(super) ours: JwtGuard,
    pub(super) keys: DecodingKey,
    pub(super) rules: Validation,
    /// The public half of a pair.
    pub(super) public: Option<String>,
}

/// One each of an algorithm. RSA signs slowly, so it is among the last.
pub(super) static VERIFIERS: LazyLock<[Verifiers; 5]> = LazyLock::new(|| {
    let okp = json!({"kty": "OKP", "crv": "Ed25519", "x": encode(ed25519_public())}).to_string();
    let ec = include_str!("../../../tests/fixtures/keys/p256.public.jwk").to_owned();
    let rsa = include_str!("../../../tests/fixtures/keys/rsa-2048.public.jwk").to_owned();
    [
        (Algorithm::Hs256, None),
        (Algorithm::EdDsa, Some(okp)),
        (Algorithm::Es256, Some(ec)),
        (Algorithm::Rs256, Some(rsa.clone())),
        (Algorithm::Ps256, Some(rsa)),
    ]
    .map(|(algorithm, public)| Verifiers::new(algorithm, public))
});

impl Verifiers {
    fn new(algorithm: Algorithm, public: Option<String>) -> Self {
        let (key, keys) = match &public {
            None => (VerifyingKey::secret(algorithm, SECRET), DecodingKey::from_secret(SECRET.as_bytes())),
            Some(jwk) => (
                VerifyingKey::jwk(jwk, &[algorithm]),
                DecodingKey::from_jwk(&serde_json::from_str(jwk).expect("a JWK")),
            ),
        };
        let ours = JwtGuard::builder().key(key.expect("the key is legal")).issuer("https://id.example");
        let ours =
            ours.audience("api").token_cache(TokenCache::off()).build().expect("the settings are legal");
        let mut rules = Validation::new(algorithm.name().parse().expect("it has the algorithm"));
        rules.set_audience(&["api"]);
        rules.set_issuer(&["https://id.example"]);
        rules.set_required_spec_claims(&["exp", "aud", "iss", "sub"]);
        rules.validate_exp = true;
        rules.validate_nbf = true;
        rules.validate_aud = true;
        // It counts whole seconds, and reads the clock a moment later.
        rules.leeway = LEEWAY + 2;
        Self { algorithm, ours, keys: keys.expect("the key is legal"), rules, public }
    }

    /// A token with this header and payload, whatever they are.
    pub(super) fn sign(&self, header: &str, payload: &str) -> String {
        let input = || format!("{}.{}", encode(header), encode(payload));
        let signature = match self.algorithm {
            Algorithm::Hs256 => return hs256(header, payload),
            Algorithm::EdDsa => return ed25519(header, payload),
            Algorithm::Es256 => es256(input().as_bytes()),
            Algorithm::Ps256 => rsa(&RSA_PSS_SHA256, input().as_bytes()),
            _ => rsa(&RSA_PKCS1_SHA256, input().as_bytes()),
        };
        format!("{}.{}", input(), encode(signature))
    }
}

fn es256(input: &[u8]) -> Vec<u8> {
    static PAIR: LazyLock<EcdsaKeyPair> = LazyLock::new(|| {
        let pkcs8 = der(include_str!("../../../tests/fixtures/keys/p256.private.pem"));
        EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &pkcs8).expect("a key")
    });
    PAIR.sign(&SystemRandom::new(), input).expect("a signature").as_ref().to_vec()
}

fn rsa(encoding: &'static dyn RsaEncoding, input: &[u8]) -> Vec<u8> {
    static PAIR: LazyLock<RsaKeyPair> = LazyLock::new(|| {
        let pkcs8 = der(include_str!("../../../tests/fixtures/keys/rsa-2048.private.pem"));
        RsaKeyPair::from_pkcs8(&pkcs8).expect("a key")
    });
    let mut signature = vec![0; PAIR.public_modulus_len()];
    PAIR.sign(encoding, &SystemRandom::new(), input, &mut signature).expect("a signature");
    signature
}

fn der(pem: &str) -> Vec<u8> {
    let lines: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    STANDARD.decode(lines).expect("PEM is base64")
}
