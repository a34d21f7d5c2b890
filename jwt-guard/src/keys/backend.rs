//! The one place that touches the crypto backend.
//!
//! With aws-lc-rs, keys are kept in the form that the library wants, and it is called directly: jsonwebtoken would
//! prepare the key anew for every signature. The algorithms, and what each accepts, are those of jsonwebtoken's own
//! verifiers. With RustCrypto, jsonwebtoken's verifiers are used.
//!
//! The engine's process-wide provider is not used: it panics on the first signature when a second crate of the
//! build has chosen the other backend, or none. The functions here name their provider by path, so that a missing
//! one is a compile error.

use std::fmt;
use std::panic;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::DecodingKey;

use super::{Algorithm, VerifyingKey};

#[cfg(not(any(feature = "aws-lc-rs", feature = "rust-crypto")))]
compile_error!(
    "jwt-guard needs a crypto backend: enable its feature `aws-lc-rs` (the default) or `rust-crypto`, for example \
     `jwt-guard = { version = \"0.1\", default-features = false, features = [\"rust-crypto\"] }`"
);

#[cfg(feature = "aws-lc-rs")]
use self::aws_lc as chosen;
#[cfg(all(feature = "rust-crypto", not(feature = "aws-lc-rs")))]
use self::rust_crypto as chosen;

pub(super) use self::chosen::{LARGEST_RSA_BITS, NAME, Prepared};

/// Verifies the signature over `message`, which is header and payload as the token has them, with the dot.
///
/// # Errors
///
/// The signature is not strict base64url, or not the key's. The two are not told apart.
pub(crate) fn verify(key: &VerifyingKey, message: &[u8], signature: &str) -> Result<(), BadSignature> {
    let mut buffer = [0; LONGEST_SIGNATURE];
    let length = URL_SAFE_NO_PAD.decode_slice(signature, &mut buffer).map_err(|_| BadSignature)?;
    let signature = buffer.get(..length).ok_or(BadSignature)?;
    if chosen::verify(key.prepared(), message, signature) { Ok(()) } else { Err(BadSignature) }
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

/// What an RSA key of 8192 bits signs with, and the few bytes by which the decoder may overestimate it. A longer text
/// is no signature of any key that loads.
const LONGEST_SIGNATURE: usize = 1024 + 8;

/// Has the backend load a key, so that a bad one is found now and not by the first token, and so that no request
/// pays for it.
///
/// # Errors
///
/// The backend cannot use the key.
pub(super) fn load(algorithm: Algorithm, material: &DecodingKey) -> Result<Prepared, Refused> {
    chosen::load(algorithm, material)
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

#[cfg(not(feature = "aws-lc-rs"))]
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
    use aws_lc_rs::hmac;
    use aws_lc_rs::signature::{self, ParsedPublicKey, VerificationAlgorithm};
    use jsonwebtoken::DecodingKey;

    use super::{Algorithm, Refused};

    pub(in crate::keys) const NAME: &str = "aws-lc-rs";
    pub(in crate::keys) const LARGEST_RSA_BITS: usize = 8192;

    /// A key in the form that the library wants, with its algorithm. jsonwebtoken makes this anew for every
    /// signature, which takes 2.5 µs for RSA and a third of the time of an HMAC.
    #[derive(Clone)]
    pub(in crate::keys) enum Prepared {
        Public(ParsedPublicKey),
        Shared(Box<hmac::Key>),
    }

    pub(super) fn load(algorithm: Algorithm, material: &DecodingKey) -> Result<Prepared, Refused> {
        let bytes = material.try_get_as_bytes().map_err(|_| Refused)?;
        let public = |method: &'static dyn VerificationAlgorithm| {
            ParsedPublicKey::new(method, bytes).map(Prepared::Public).map_err(|_| Refused)
        };
        let shared = |method| Prepared::Shared(Box::new(hmac::Key::new(method, bytes)));
        match algorithm {
            Algorithm::Hs256 => Ok(shared(hmac::HMAC_SHA256)),
            Algorithm::Hs384 => Ok(shared(hmac::HMAC_SHA384)),
            Algorithm::Hs512 => Ok(shared(hmac::HMAC_SHA512)),
            Algorithm::Rs256 => public(&signature::RSA_PKCS1_2048_8192_SHA256),
            Algorithm::Rs384 => public(&signature::RSA_PKCS1_2048_8192_SHA384),
            Algorithm::Rs512 => public(&signature::RSA_PKCS1_2048_8192_SHA512),
            Algorithm::Ps256 => public(&signature::RSA_PSS_2048_8192_SHA256),
            Algorithm::Ps384 => public(&signature::RSA_PSS_2048_8192_SHA384),
            Algorithm::Ps512 => public(&signature::RSA_PSS_2048_8192_SHA512),
            Algorithm::Es256 => public(&signature::ECDSA_P256_SHA256_FIXED),
            Algorithm::Es384 => public(&signature::ECDSA_P384_SHA384_FIXED),
            Algorithm::EdDsa => public(&signature::ED25519),
        }
    }

    pub(super) fn verify(key: &Prepared, message: &[u8], signature: &[u8]) -> bool {
        match key {
            Prepared::Public(key) => key.verify_sig(message, signature).is_ok(),
            Prepared::Shared(key) => hmac::verify(key, message, signature).is_ok(),
        }
    }
}

#[cfg(all(feature = "rust-crypto", not(feature = "aws-lc-rs")))]
mod rust_crypto {
    use jsonwebtoken::crypto::CryptoProvider;
    use jsonwebtoken::{AlgorithmFamily, DecodingKey};

    use super::{Algorithm, Refused, engine_name};

    pub(in crate::keys) const NAME: &str = "rust-crypto";
    pub(in crate::keys) const LARGEST_RSA_BITS: usize = 4096;
    pub(super) static PROVIDER: &CryptoProvider = &jsonwebtoken::crypto::rust_crypto::DEFAULT_PROVIDER;

    /// This library has no form to prepare a key in; jsonwebtoken makes the verifier for each signature.
    pub(in crate::keys) type Prepared = (jsonwebtoken::Algorithm, DecodingKey);

    pub(super) fn load(algorithm: Algorithm, material: &DecodingKey) -> Result<Prepared, Refused> {
        let algorithm = engine_name(algorithm);
        // This backend parses EC and Ed25519 keys when it makes a verifier, but RSA keys only when that is used.
        if algorithm.family() == AlgorithmFamily::Rsa {
            let bytes = material.try_get_as_bytes().map_err(|_| Refused)?;
            (PROVIDER.key_utils.rsa_pub_components_from_public_key)(bytes).map_err(|_| Refused)?;
        }
        (PROVIDER.verifier_factory)(&algorithm, material).map_err(|_| Refused)?;
        Ok((algorithm, material.clone()))
    }

    pub(super) fn verify((algorithm, key): &Prepared, message: &[u8], signature: &[u8]) -> bool {
        (PROVIDER.verifier_factory)(algorithm, key)
            .is_ok_and(|verifier| verifier.verify(message, &signature.to_vec()).is_ok())
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
