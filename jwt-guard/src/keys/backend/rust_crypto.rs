//! RustCrypto, through jsonwebtoken's verifiers.

use jsonwebtoken::crypto::CryptoProvider;
use jsonwebtoken::{AlgorithmFamily, DecodingKey};
use zeroize::Zeroizing;

use super::{Algorithm, Refused, engine_name};

pub(in crate::keys) const NAME: &str = "rust-crypto";
pub(in crate::keys) const LARGEST_RSA_BITS: usize = 4096;
/// Whether the time of an RSA signature depends on the private key (RUSTSEC-2023-0071).
pub(in crate::keys) const RSA_TIMES_TELL: bool = true;
pub(super) static PROVIDER: &CryptoProvider = &jsonwebtoken::crypto::rust_crypto::DEFAULT_PROVIDER;

/// This library cannot prepare a key; jsonwebtoken makes the verifier for each signature.
pub(in crate::keys) type Prepared = (jsonwebtoken::Algorithm, DecodingKey);

pub(super) fn load(algorithm: Algorithm, material: &DecodingKey) -> Result<Prepared, Refused> {
    let algorithm = engine_name(algorithm);
    // This backend parses EC and Ed25519 keys when it makes a verifier, but RSA keys only when the verifier is used.
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

/// The crate `rsa` is not constant in time with private keys (RUSTSEC-2023-0071), so nothing makes new ones for it.
pub(super) fn new_rsa_pkcs8() -> Result<Zeroizing<Vec<u8>>, Refused> {
    Err(Refused)
}

pub(super) fn public_bytes((algorithm, key): &Prepared) -> Option<&[u8]> {
    match algorithm.family() {
        AlgorithmFamily::Hmac => None,
        _ => key.try_get_as_bytes().ok(),
    }
}
