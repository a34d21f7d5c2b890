//! aws-lc-rs, called directly for signatures, with keys that are prepared once.

use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::hmac;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{self, ParsedPublicKey, VerificationAlgorithm};
use jsonwebtoken::DecodingKey;
use jsonwebtoken::crypto::CryptoProvider;
use zeroize::Zeroizing;

use super::{Algorithm, Refused};

pub(in crate::keys) const NAME: &str = "aws-lc-rs";
pub(in crate::keys) const LARGEST_RSA_BITS: usize = 8192;
/// Whether the time of an RSA signature depends on the private key.
pub(in crate::keys) const RSA_TIMES_TELL: bool = false;
pub(super) static PROVIDER: &CryptoProvider = &jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER;

/// A prepared key of the library, with its algorithm. jsonwebtoken prepares a key again for every signature, which
/// takes 2.5 µs for RSA and a third of the time of an HMAC.
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

pub(super) fn new_rsa_pkcs8() -> Result<Zeroizing<Vec<u8>>, Refused> {
    let key = KeyPair::generate(KeySize::Rsa3072).map_err(|_| Refused)?;
    let der: Pkcs8V1Der<'_> = key.as_der().map_err(|_| Refused)?;
    Ok(Zeroizing::new(der.as_ref().to_vec()))
}

pub(super) fn public_bytes(key: &Prepared) -> Option<&[u8]> {
    match key {
        Prepared::Public(key) => Some(key.as_ref()),
        Prepared::Shared(_) => None,
    }
}
