//! Fixture keys that sign anything.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::EncodingKey;
#[cfg(feature = "aws-lc-rs")]
use jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER;
#[cfg(all(feature = "rust-crypto", not(feature = "aws-lc-rs")))]
use jsonwebtoken::crypto::rust_crypto::DEFAULT_PROVIDER;
use jwt_guard::Algorithm;
use jwt_guard::keys::VerifyingKey;

use crate::Payload;

/// A key that signs what it is told, and so makes good and hostile tokens alike.
#[derive(Clone, Debug)]
pub struct SigningKey {
    algorithm: Algorithm,
    key: EncodingKey,
}

macro_rules! fixture {
    ($name:literal) => {
        include_str!(concat!("../fixtures/keys/", $name))
    };
}

/// The secret of all HMAC algorithms: as long as HS512 asks for.
const SECRET: &[u8; 64] = b"the fixture secret, sixty-four bytes, which no service ever uses";

/// A secret that every HMAC takes, another one for every number.
#[must_use]
pub const fn secret(number: u8) -> [u8; 64] {
    let mut bytes = [number; 64];
    let mut index = 0;
    while index < bytes.len() {
        // 167 is odd, so the first 256 multiples are all different.
        bytes[index] = number.wrapping_add((index as u8).wrapping_mul(167));
        index += 1;
    }
    bytes
}

impl SigningKey {
    /// The fixture key of `algorithm`; those of one family share their material.
    ///
    /// # Panics
    ///
    /// For an algorithm that the harness does not know.
    #[must_use]
    pub fn of(algorithm: Algorithm) -> Self {
        let key = match algorithm.name().get(..2) {
            Some("HS") => EncodingKey::from_secret(SECRET).expect("a secret that is not empty"),
            Some("RS" | "PS") => {
                EncodingKey::from_rsa_der(&unwrapped(fixture!("rsa-2048.pkcs1.private.pem")))
            }
            Some("ES") if algorithm == Algorithm::Es256 => {
                EncodingKey::from_ec_der(&unwrapped(fixture!("p256.private.pem")))
            }
            Some("ES") => EncodingKey::from_ec_der(&unwrapped(fixture!("p384.private.pem"))),
            Some("Ed") => EncodingKey::from_ed_der(&unwrapped(fixture!("ed25519.private.pem"))),
            _ => panic!("no fixture key for {algorithm}"),
        };
        Self { algorithm, key }
    }

    /// An HMAC key of any bytes: what an attacker makes of a public key, or guesses.
    ///
    /// # Panics
    ///
    /// Never: the only secret that jsonwebtoken refuses is the empty one.
    #[must_use]
    pub fn hmac(algorithm: Algorithm, secret: &[u8]) -> Self {
        // HMAC fills a key up with zeros, so one zero byte signs as no byte does.
        let secret = if secret.is_empty() { &[0] } else { secret };
        Self { algorithm, key: EncodingKey::from_secret(secret).expect("a secret that is not empty") }
    }

    /// The secret that HMAC tokens are signed with.
    #[must_use]
    pub fn secret() -> &'static [u8] {
        SECRET
    }

    /// The public key in PEM.
    ///
    /// # Panics
    ///
    /// For HMAC, which has none.
    #[must_use]
    pub fn public_pem(&self) -> &'static str {
        match self.algorithm.name().get(..2) {
            Some("RS" | "PS") => fixture!("rsa-2048.public.pem"),
            Some("ES") if self.algorithm == Algorithm::Es256 => fixture!("p256.public.pem"),
            Some("ES") => fixture!("p384.public.pem"),
            Some("Ed") => fixture!("ed25519.public.pem"),
            _ => panic!("{} has no public key", self.algorithm),
        }
    }

    /// The public key as a JWK, without `alg` and `kid`.
    ///
    /// # Panics
    ///
    /// For HMAC, which has none.
    #[must_use]
    pub fn public_jwk(&self) -> &'static str {
        match self.algorithm.name().get(..2) {
            Some("RS" | "PS") => fixture!("rsa-2048.public.jwk"),
            Some("ES") if self.algorithm == Algorithm::Es256 => fixture!("p256.public.jwk"),
            Some("ES") => fixture!("p384.public.jwk"),
            Some("Ed") => fixture!("ed25519.public.jwk"),
            _ => panic!("{} has no public key", self.algorithm),
        }
    }

    /// The public key as a JWK under a name, bound to its algorithm.
    #[must_use]
    pub fn published(&self, id: &str) -> String {
        let members = self.public_jwk().trim().trim_start_matches('{');
        format!(r#"{{"kid":"{id}","alg":"{}",{members}"#, self.algorithm)
    }

    /// A token that names this key.
    #[must_use]
    pub fn token_by(&self, id: &str, payload: &Payload) -> String {
        self.token_of(&self.header_with("kid", &format!("\"{id}\"")), payload.to_string().as_bytes())
    }

    /// The other half, as a guard takes it.
    ///
    /// # Panics
    ///
    /// When the runtime refuses its fixture.
    #[must_use]
    pub fn verifying(&self) -> VerifyingKey {
        let key = match self.algorithm {
            Algorithm::Hs256 | Algorithm::Hs384 | Algorithm::Hs512 => {
                VerifyingKey::secret(self.algorithm, SECRET)
            }
            _ => VerifyingKey::pem(self.algorithm, self.public_pem()),
        };
        key.expect("the fixture key is good")
    }

    /// The signature over `message`.
    ///
    /// # Panics
    ///
    /// When the backend cannot sign.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        let algorithm = self.algorithm.name().parse().expect("the engine has all algorithms");
        let signer =
            (DEFAULT_PROVIDER.signer_factory)(&algorithm, &self.key).expect("the fixture key is good");
        signer.try_sign(message).expect("the fixture key signs")
    }

    /// A token with the usual header of this key.
    #[must_use]
    pub fn token(&self, payload: &Payload) -> String {
        self.token_of(&self.header(), payload.to_string().as_bytes())
    }

    /// A token of any header and payload, well signed.
    #[must_use]
    pub fn token_of(&self, header: &str, payload: &[u8]) -> String {
        let message = format!("{}.{}", base64url(header.as_bytes()), base64url(payload));
        let signature = self.sign(message.as_bytes());
        format!("{message}.{}", base64url(&signature))
    }

    /// The usual header: `alg` and `typ`.
    #[must_use]
    pub fn header(&self) -> String {
        format!(r#"{{"alg":"{}","typ":"JWT"}}"#, self.algorithm)
    }

    /// The usual header with one more member, given as JSON text.
    #[must_use]
    pub fn header_with(&self, name: &str, json: &str) -> String {
        format!(r#"{{"alg":"{}","{name}":{json}}}"#, self.algorithm)
    }
}

/// base64url without padding.
#[must_use]
pub fn base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The bytes of the last block of a PEM text.
fn unwrapped(pem: &str) -> Vec<u8> {
    let block = pem.rsplit("-----BEGIN").next().unwrap_or(pem);
    let lines: String = block.lines().skip(1).take_while(|line| !line.starts_with('-')).collect();
    STANDARD.decode(lines).expect("the fixture is PEM")
}
