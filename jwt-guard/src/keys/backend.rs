//! The one place that touches the crypto backend.
//!
//! The engine's process-wide provider is not used: it panics on the first signature when a second crate of the
//! build has chosen the other backend, or none. The functions here name their provider by path, so that a missing
//! one is a compile error.

use std::fmt;
use std::panic;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::DecodingKey;
use jsonwebtoken::jwk::{EllipticCurve, ThumbprintHash};

use super::algorithm::Curve;
use super::{Algorithm, SigningKey, VerifyingKey};

#[cfg(not(any(feature = "aws-lc-rs", feature = "rust-crypto")))]
compile_error!(
    "jwt-guard needs a crypto backend: enable its feature `aws-lc-rs` (the default) or `rust-crypto`, for example \
     `jwt-guard = { version = \"0.1\", default-features = false, features = [\"rust-crypto\"] }`"
);

#[cfg(feature = "aws-lc-rs")]
use self::aws_lc as chosen;
#[cfg(all(feature = "rust-crypto", not(feature = "aws-lc-rs")))]
use self::rust_crypto as chosen;

pub(super) use self::chosen::{LARGEST_RSA_BITS, NAME};

/// Verifies the signature over `message`, which is header and payload as the token has them, with the dot.
///
/// # Errors
///
/// The signature is not strict base64url, or not the key's. The two are not told apart.
pub(crate) fn verify(key: &VerifyingKey, message: &[u8], signature: &str) -> Result<(), BadSignature> {
    let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| BadSignature)?;
    let verifier = (chosen::PROVIDER.verifier_factory)(&engine_name(key.algorithm()), key.material())
        .map_err(|_| BadSignature)?;
    verifier.verify(message, &signature).map_err(|_| BadSignature)
}

/// A signature that the key did not make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BadSignature;

impl fmt::Display for BadSignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the signature does not verify")
    }
}

impl std::error::Error for BadSignature {}

/// Signs `message`, which is header and payload as the token has them, with the dot. The signature is in base64url, as
/// tokens carry it.
///
/// # Errors
///
/// The backend cannot sign with the key, or has no randomness.
pub(crate) fn sign(key: &SigningKey, message: &[u8]) -> Result<String, CannotSign> {
    let signer = (chosen::PROVIDER.signer_factory)(&engine_name(key.algorithm()), key.material())
        .map_err(|_| CannotSign)?;
    signer.try_sign(message).map(|signature| URL_SAFE_NO_PAD.encode(signature)).map_err(|_| CannotSign)
}

/// A signature that could not be made. The backend's own error is not kept: it says no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CannotSign;

impl fmt::Display for CannotSign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the crypto backend `{NAME}` cannot sign")
    }
}

impl std::error::Error for CannotSign {}

/// The coordinates of the public half of an EC key in PKCS#8.
///
/// # Errors
///
/// The backend cannot use the key.
pub(super) fn ec_public(curve: Curve, pkcs8: &[u8]) -> Result<(Vec<u8>, Vec<u8>), Refused> {
    (chosen::PROVIDER.key_utils.ec_pub_components_from_private_key)(pkcs8, engine_name(curve.algorithm()))
        .map(|(_, x, y)| (x, y))
        .map_err(|_| Refused)
}

/// The public half of an Ed25519 key in PKCS#8.
///
/// # Errors
///
/// The backend cannot use the key.
pub(super) fn ed25519_public(pkcs8: &[u8]) -> Result<Vec<u8>, Refused> {
    (chosen::PROVIDER.key_utils.ed_pub_components_from_private_key)(pkcs8, &EllipticCurve::Ed25519)
        .map_err(|_| Refused)
}

/// The SHA-256 of `data`.
///
/// # Errors
///
/// The backend cannot hash.
pub(super) fn sha256(data: &[u8]) -> Result<Vec<u8>, Refused> {
    (chosen::PROVIDER.key_utils.compute_digest)(data, ThumbprintHash::SHA256).map_err(|_| Refused)
}

/// Has the backend load a key, so that a bad one is found now and not by the first token.
///
/// # Errors
///
/// The backend cannot use the key.
pub(super) fn load(algorithm: Algorithm, material: &DecodingKey) -> Result<(), Refused> {
    chosen::load(engine_name(algorithm), material)
}

/// A key that the backend cannot use. The backend's own error is not kept: it says no more.
#[derive(Debug)]
pub(super) struct Refused;

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the crypto backend `{NAME}` refuses the key")
    }
}

impl std::error::Error for Refused {}

/// Proves that the backend works: it accepts the examples of RFC 7515 and refuses them altered.
///
/// # Errors
///
/// The example that came out wrong, or panicked.
pub(crate) fn self_test() -> Result<(), SelfTestError> {
    prove(verify)
}

type Verify = fn(&VerifyingKey, &[u8], &str) -> Result<(), BadSignature>;

fn prove(verify: Verify) -> Result<(), SelfTestError> {
    let holds = |example: &Example| panic::catch_unwind(|| example.holds(verify)).unwrap_or(false);
    match EXAMPLES.iter().find(|example| !holds(example)) {
        None => Ok(()),
        Some(wrong) => Err(SelfTestError { example: wrong.name }),
    }
}

/// The crypto backend gives wrong answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SelfTestError {
    example: &'static str,
}

impl fmt::Display for SelfTestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the crypto backend `{NAME}` fails the example of {}", self.example)
    }
}

impl std::error::Error for SelfTestError {}

/// A token of a specification, with its key.
struct Example {
    name: &'static str,
    jwk: &'static str,
    message: &'static str,
    signature: &'static str,
}

impl Example {
    fn holds(&self, verify: Verify) -> bool {
        let Ok(key) = VerifyingKey::jwk(self.jwk, &[]) else {
            return false;
        };
        let altered = self.message.replacen('.', "A.", 1);
        verify(&key, self.message.as_bytes(), self.signature).is_ok()
            && verify(&key, altered.as_bytes(), self.signature).is_err()
    }
}

const EXAMPLES: [Example; 2] = [
    Example {
        name: "RFC 7515 appendix A.1 (HS256)",
        jwk: r#"{"kty":"oct","alg":"HS256",
            "k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"}"#,
        message: "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQog\
                  Imh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ",
        signature: "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
    },
    Example {
        name: "RFC 7515 appendix A.3 (ES256)",
        jwk: r#"{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
            "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#,
        message: "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQog\
                  Imh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ",
        signature: "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q",
    },
];

fn engine_name(algorithm: Algorithm) -> jsonwebtoken::Algorithm {
    match algorithm {
        Algorithm::Hs256 => jsonwebtoken::Algorithm::HS256,
        Algorithm::Hs384 => jsonwebtoken::Algorithm::HS384,
        Algorithm::Hs512 => jsonwebtoken::Algorithm::HS512,
        Algorithm::Rs256 => jsonwebtoken::Algorithm::RS256,
        Algorithm::Rs384 => jsonwebtoken::Algorithm::RS384,
        Algorithm::Rs512 => jsonwebtoken::Algorithm::RS512,
        Algorithm::Ps256 => jsonwebtoken::Algorithm::PS256,
        Algorithm::Ps384 => jsonwebtoken::Algorithm::PS384,
        Algorithm::Ps512 => jsonwebtoken::Algorithm::PS512,
        Algorithm::Es256 => jsonwebtoken::Algorithm::ES256,
        Algorithm::Es384 => jsonwebtoken::Algorithm::ES384,
        Algorithm::EdDsa => jsonwebtoken::Algorithm::EdDSA,
    }
}

#[cfg(feature = "aws-lc-rs")]
mod aws_lc {
    use aws_lc_rs::signature::{
        ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ED25519, ParsedPublicKey,
        RSA_PKCS1_2048_8192_SHA256, VerificationAlgorithm,
    };
    use jsonwebtoken::crypto::CryptoProvider;
    use jsonwebtoken::{Algorithm, AlgorithmFamily, DecodingKey};

    use super::Refused;

    pub(in crate::keys) const NAME: &str = "aws-lc-rs";
    pub(in crate::keys) const LARGEST_RSA_BITS: usize = 8192;
    pub(super) static PROVIDER: &CryptoProvider = &jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER;

    pub(super) fn load(algorithm: Algorithm, material: &DecodingKey) -> Result<(), Refused> {
        let method: &'static dyn VerificationAlgorithm = match (algorithm.family(), algorithm) {
            (AlgorithmFamily::Hmac, _) => return Ok(()),
            (AlgorithmFamily::Rsa, _) => &RSA_PKCS1_2048_8192_SHA256,
            (AlgorithmFamily::Ec, Algorithm::ES384) => &ECDSA_P384_SHA384_FIXED,
            (AlgorithmFamily::Ec, _) => &ECDSA_P256_SHA256_FIXED,
            (AlgorithmFamily::Ed, _) => &ED25519,
        };
        let bytes = material.try_get_as_bytes().map_err(|_| Refused)?;
        ParsedPublicKey::new(method, bytes).map(drop).map_err(|_| Refused)
    }
}

#[cfg(all(feature = "rust-crypto", not(feature = "aws-lc-rs")))]
mod rust_crypto {
    use jsonwebtoken::crypto::CryptoProvider;
    use jsonwebtoken::{Algorithm, AlgorithmFamily, DecodingKey};

    use super::Refused;

    pub(in crate::keys) const NAME: &str = "rust-crypto";
    pub(in crate::keys) const LARGEST_RSA_BITS: usize = 4096;
    pub(super) static PROVIDER: &CryptoProvider = &jsonwebtoken::crypto::rust_crypto::DEFAULT_PROVIDER;

    pub(super) fn load(algorithm: Algorithm, material: &DecodingKey) -> Result<(), Refused> {
        // This backend parses EC and Ed25519 keys when it makes a verifier, but RSA keys only when that is used.
        if algorithm.family() == AlgorithmFamily::Rsa {
            let bytes = material.try_get_as_bytes().map_err(|_| Refused)?;
            (PROVIDER.key_utils.rsa_pub_components_from_public_key)(bytes).map_err(|_| Refused)?;
        }
        (PROVIDER.verifier_factory)(&algorithm, material).map(drop).map_err(|_| Refused)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backend_that_takes_or_refuses_everything_or_panics_fails_the_self_test() {
        let broken: [Verify; 3] =
            [|_, _, _| Ok(()), |_, _, _| Err(BadSignature), |_, _, _| panic!("no provider")];
        let failures = broken.map(prove);
        assert_eq!(failures.map(|failure| failure.is_err()), [true; 3]);
        let message = failures[0].unwrap_err().to_string();
        assert!(message.ends_with("fails the example of RFC 7515 appendix A.1 (HS256)"), "{message}");
        assert_eq!(prove(verify), Ok(()));
    }
}
