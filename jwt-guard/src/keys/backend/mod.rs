//! The only module that calls the crypto backend.
//!
//! With aws-lc-rs, prepared keys are kept and the library is called directly: jsonwebtoken would prepare the key again
//! for every signature. The algorithms, and what each accepts, are those of jsonwebtoken's own verifiers. With
//! RustCrypto, jsonwebtoken's verifiers are used.
//!
//! jsonwebtoken's process-wide provider is not used: if another crate of the build enables the second backend, there is
//! none until one is installed. The functions here name their provider by path, so that a missing one is a compile
//! error.

use std::fmt;

use jsonwebtoken::DecodingKey;
#[cfg(feature = "testing")]
use jsonwebtoken::EncodingKey;
use jsonwebtoken::crypto::CryptoProvider;
use jsonwebtoken::jwk::{EllipticCurve, ThumbprintHash};
use zeroize::Zeroizing;

use super::algorithm::Curve;
use super::error::{KeyError, KeyErrorKind};
use super::{Algorithm, SigningKey, VerifyingKey};
use crate::base64url;

#[cfg(not(any(feature = "aws-lc-rs", feature = "rust-crypto")))]
compile_error!(
    "jwt-guard needs a crypto backend: enable its feature `aws-lc-rs` (the default) or `rust-crypto`, for example \
     `jwt-guard = { version = \"0.1\", default-features = false, features = [\"rust-crypto\"] }`"
);

#[cfg(feature = "aws-lc-rs")]
mod aws_lc;
#[cfg(all(feature = "rust-crypto", not(feature = "aws-lc-rs")))]
mod rust_crypto;
mod self_test;

#[cfg(feature = "aws-lc-rs")]
use self::aws_lc as chosen;
#[cfg(all(feature = "rust-crypto", not(feature = "aws-lc-rs")))]
use self::rust_crypto as chosen;

pub(super) use self::chosen::{LARGEST_RSA_BITS, NAME, Prepared, RSA_TIMES_TELL};
pub(crate) use self::self_test::self_test;

/// Installs the backend of this crate as jsonwebtoken's process-wide provider, if it has none.
///
/// Features are united over all crates of a program. An application that calls jsonwebtoken itself, with the other
/// backend, has two backends together with this crate; without a provider its next call would panic.
pub(crate) fn choose_for_the_process() {
    if CryptoProvider::try_get_default().is_none() {
        // Another thread may have installed one first.
        _ = chosen::PROVIDER.install_default();
    }
}

/// Verifies the signature over `message`: header and payload as in the token, with the dot.
///
/// # Errors
///
/// The signature is not strict base64url, or not of this key. The error does not distinguish the two.
pub(crate) fn verify(key: &VerifyingKey, message: &[u8], signature: &[u8]) -> Result<(), BadSignature> {
    // To clear the large buffer takes as long as to decode a short signature.
    if signature.len() <= SHORT_SIGNATURE {
        decode_and_verify::<SHORT_SIGNATURE>(key, message, signature)
    } else {
        decode_and_verify::<LONGEST_SIGNATURE>(key, message, signature)
    }
}

fn decode_and_verify<const LONGEST: usize>(
    key: &VerifyingKey,
    message: &[u8],
    signature: &[u8],
) -> Result<(), BadSignature> {
    let mut buffer = [0; LONGEST];
    let signature = base64url::decode_into(signature, &mut buffer).ok_or(BadSignature)?;
    if chosen::verify(key.prepared(), message, signature) { Ok(()) } else { Err(BadSignature) }
}

/// The key did not make this signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BadSignature;

/// The length of a signature by an RSA key of 8192 bits, and the few bytes by which the decoder may overestimate it. No
/// accepted key makes a longer one.
const LONGEST_SIGNATURE: usize = 1024 + 8;

/// The text of a signature by HMAC, Ed25519 or the curve P-256.
const SHORT_SIGNATURE: usize = 86;

/// Signs `message`: header and payload as in the token, with the dot. The signature is in base64url.
///
/// # Errors
///
/// The backend cannot sign with the key, or has no randomness.
pub(crate) fn sign(key: &SigningKey, message: &[u8]) -> Result<String, CannotSign> {
    let signer = (chosen::PROVIDER.signer_factory)(&engine_name(key.algorithm()), key.material())
        .map_err(|_| CannotSign)?;
    signer.try_sign(message).map(base64url::encode).map_err(|_| CannotSign)
}

/// Signs by HS256 with any bytes, as an attacker does; a [`SigningKey`] takes no secret that others know.
///
/// # Errors
///
/// The backend cannot sign.
#[cfg(feature = "testing")]
pub(crate) fn sign_by_hmac(secret: &[u8], message: &[u8]) -> Result<String, CannotSign> {
    let key = EncodingKey::from_secret(secret).map_err(|_| CannotSign)?;
    let signer =
        (chosen::PROVIDER.signer_factory)(&jsonwebtoken::Algorithm::HS256, &key).map_err(|_| CannotSign)?;
    signer.try_sign(message).map(base64url::encode).map_err(|_| CannotSign)
}

/// Signing failed. The backend's own error is dropped: it says nothing more.
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
pub(crate) fn sha256(data: &[u8]) -> Result<Vec<u8>, Refused> {
    (chosen::PROVIDER.key_utils.compute_digest)(data, ThumbprintHash::SHA256).map_err(|_| Refused)
}

/// A new RSA key of 3072 bits, in PKCS#8.
///
/// # Errors
///
/// The backend makes none.
pub(super) fn new_rsa_pkcs8() -> Result<Zeroizing<Vec<u8>>, KeyError> {
    chosen::new_rsa_pkcs8().map_err(|refused| {
        let message = format!(
            "the crypto backend `{NAME}` makes no RSA key: make one with \
             `openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:3072`, or take another algorithm"
        );
        KeyError::new(KeyErrorKind::NotGenerated, message).because(refused)
    })
}

/// Makes the backend load a key, so that a bad key is found now and not by the first token, and requests need not load
/// it.
///
/// # Errors
///
/// The backend cannot use the key.
pub(super) fn load(algorithm: Algorithm, material: &DecodingKey) -> Result<Prepared, Refused> {
    chosen::load(algorithm, material)
}

/// The bytes that identify a public key: PKCS#1 for RSA, the point for the others. `None` for a shared secret.
pub(super) fn public_bytes(key: &Prepared) -> Option<&[u8]> {
    chosen::public_bytes(key)
}

/// The backend cannot use the key. The backend's own error is dropped: it says nothing more.
#[derive(Debug)]
pub(crate) struct Refused;

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the crypto backend `{NAME}` refuses the key")
    }
}

impl std::error::Error for Refused {}

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
