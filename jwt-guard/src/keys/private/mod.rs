//! Private keys: read from PEM, DER or JWK to their numbers, and written in the one form that the backend reads, and as
//! texts.
//!
//! Every buffer in between is wiped when it is dropped. The public half of the text is kept beside the private one, so
//! that halves of different keys are found.

pub(super) mod der;
pub(super) mod jwk;
pub(super) mod pem;
pub(super) mod text;
pub(super) mod write;

use jsonwebtoken::EncodingKey;
use zeroize::Zeroizing;

use crate::keys::algorithm::{Algorithm, Curve, KeyFamily};
use crate::keys::der::PublicKey;
use crate::keys::error::{KeyError, KeyErrorKind};
use crate::keys::{VerifyingKey, backend, ec};

/// The numbers of a private key. Only their form is checked.
pub(super) enum PrivateKey<'a> {
    /// An `RSAPrivateKey` (RFC 8017 appendix A.1.2), with its modulus and exponent.
    Rsa { pkcs1: &'a [u8], n: &'a [u8], e: &'a [u8] },
    /// The secret number, as long as the field, and the point in the text.
    Ec { curve: Curve, d: &'a [u8], public: Option<&'a [u8]> },
    /// The seed (RFC 8032 section 5.1.5), and the point in the text.
    Ed25519 { seed: &'a [u8], public: Option<&'a [u8]> },
}

impl PrivateKey<'_> {
    fn family(&self) -> KeyFamily {
        match self {
            Self::Rsa { .. } => KeyFamily::Rsa,
            Self::Ec { curve, .. } => KeyFamily::Ec(*curve),
            Self::Ed25519 { .. } => KeyFamily::Ed25519,
        }
    }

    /// The key in the form that the backend signs with, and its public half, which is checked as a verifying key.
    pub(super) fn bind(&self, algorithm: Algorithm) -> Result<(EncodingKey, VerifyingKey), KeyError> {
        let needed = algorithm.family();
        if self.family() != needed {
            let message = format!("the key is {}, but {algorithm} needs {needed}", self.family());
            return Err(KeyError::new(KeyErrorKind::Mismatch, message));
        }
        match *self {
            Self::Rsa { pkcs1, n, e } => {
                let public = VerifyingKey::from_public(algorithm, PublicKey::Rsa { n, e })?;
                Ok((EncodingKey::from_rsa_der(pkcs1), public))
            }
            Self::Ec { curve, d, public } => {
                let pkcs8 = ec_pkcs8(curve, d)?;
                let (x, y) = backend::ec_public(curve, &pkcs8)
                    .map_err(|refused| malformed("the private EC number is out of range").because(refused))?;
                let point = ec::point(curve, &x, &y)?;
                check_claimed(public, &point)?;
                let public = VerifyingKey::from_public(algorithm, PublicKey::Ec { curve, point: &point })?;
                Ok((EncodingKey::from_ec_der(&pkcs8), public))
            }
            Self::Ed25519 { seed, public } => {
                let pkcs8 = ed25519_pkcs8(seed)?;
                let point = backend::ed25519_public(&pkcs8).map_err(|refused| {
                    malformed("the crypto backend cannot load the Ed25519 key").because(refused)
                })?;
                check_claimed(public, &point)?;
                let public = VerifyingKey::from_public(algorithm, PublicKey::Ed25519(&point))?;
                Ok((EncodingKey::from_ed_der(&pkcs8), public))
            }
        }
    }
}

fn ec_pkcs8(curve: Curve, d: &[u8]) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    if d.len() == curve.coordinate() {
        return Ok(write::ec_pkcs8(curve, d, None));
    }
    let message = format!(
        "the private EC number has {} bytes; on {} it has exactly {}, leading zeros included",
        d.len(),
        curve.name(),
        curve.coordinate()
    );
    Err(KeyError::new(KeyErrorKind::Malformed, message))
}

fn ed25519_pkcs8(seed: &[u8]) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    if seed.len() == 32 {
        return Ok(write::ed25519_pkcs8(seed));
    }
    let message = format!("the private Ed25519 key has {} bytes; it has exactly 32", seed.len());
    Err(KeyError::new(KeyErrorKind::Malformed, message))
}

/// A text whose halves do not match is damaged or forged; it is unknown which half is right.
fn check_claimed(claimed: Option<&[u8]>, computed: &[u8]) -> Result<(), KeyError> {
    match claimed {
        Some(claimed) if claimed != computed => Err(halves_disagree()),
        _ => Ok(()),
    }
}

/// Refuses a key whose halves do not belong together.
pub(super) fn halves_disagree() -> KeyError {
    malformed("the private and the public half of the key do not belong together: the key is damaged")
}

fn malformed(message: &'static str) -> KeyError {
    KeyError::new(KeyErrorKind::Malformed, message)
}
