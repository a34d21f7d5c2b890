//! Reads public keys in DER to their numbers, for the kinds of keys that have an algorithm.

use spki::der::asn1::{AnyRef, BitStringRef, UintRef};
use spki::der::{self, Decode as _, Encode as _};
use spki::{AlgorithmIdentifierRef, ObjectIdentifier, SubjectPublicKeyInfoRef};

use super::algorithm::{Curve, KeyFamily};
use super::error::{KeyError, KeyErrorKind};
use super::structure::Structure;

/// The numbers of a public key. Only their form is checked.
pub(super) enum PublicKey<'a> {
    /// Modulus and exponent, big-endian, without leading zero bytes.
    Rsa {
        n: &'a [u8],
        e: &'a [u8],
    },
    /// A point in SEC1 encoding.
    Ec {
        curve: Curve,
        point: &'a [u8],
    },
    Ed25519(&'a [u8]),
}

impl PublicKey<'_> {
    pub(super) fn family(&self) -> KeyFamily {
        match self {
            Self::Rsa { .. } => KeyFamily::Rsa,
            Self::Ec { curve, .. } => KeyFamily::Ec(*curve),
            Self::Ed25519(_) => KeyFamily::Ed25519,
        }
    }
}

/// Reads a public key in either structure.
pub(super) fn read(bytes: &[u8]) -> Result<PublicKey<'_>, KeyError> {
    match Structure::of(bytes) {
        Structure::Pkcs1Public => read_pkcs1(bytes),
        _ => read_spki(bytes),
    }
}

/// Reads a `SubjectPublicKeyInfo` (RFC 5280 section 4.1).
pub(super) fn read_spki(bytes: &[u8]) -> Result<PublicKey<'_>, KeyError> {
    Structure::of(bytes).refuse_all_but(Structure::Spki)?;
    let info = SubjectPublicKeyInfoRef::try_from(bytes)
        .map_err(|error| malformed("the DER is not a `SubjectPublicKeyInfo`").because(error))?;
    let key = info
        .subject_public_key
        .as_bytes()
        .ok_or_else(|| malformed("the key is not a whole number of bytes"))?;
    let parameters = info.algorithm.parameters;
    match info.algorithm.oid {
        oid::RSA => {
            if parameters.is_some_and(|parameters| !parameters.is_null()) {
                return Err(malformed(
                    "the RSA key has algorithm parameters, which RFC 3279 section 2.3.1 forbids",
                ));
            }
            read_pkcs1(key)
        }
        oid::EC => Ok(PublicKey::Ec { curve: named_curve(parameters)?, point: key }),
        oid::ED25519 => {
            if parameters.is_some() {
                return Err(malformed(
                    "the Ed25519 key has algorithm parameters, which RFC 8410 section 3 forbids",
                ));
            }
            Ok(PublicKey::Ed25519(key))
        }
        other => Err(unsupported_kind(other)),
    }
}

/// Reads an `RSAPublicKey` (RFC 8017 appendix A.1.1).
pub(super) fn read_pkcs1(bytes: &[u8]) -> Result<PublicKey<'_>, KeyError> {
    Structure::of(bytes).refuse_all_but(Structure::Pkcs1Public)?;
    let RsaPublicKey { n, e } = RsaPublicKey::from_der(bytes)
        .map_err(|error| malformed("the DER is not an `RSAPublicKey`").because(error))?;
    Ok(PublicKey::Rsa { n: n.as_bytes(), e: e.as_bytes() })
}

/// Writes an `RSAPublicKey`.
pub(super) fn write_pkcs1(n: &[u8], e: &[u8]) -> Result<Vec<u8>, KeyError> {
    let encoded = || RsaPublicKey { n: UintRef::new(n)?, e: UintRef::new(e)? }.to_der();
    encoded().map_err(|error| malformed("the RSA key is too large to encode").because(error))
}

/// Writes a `SubjectPublicKeyInfo` around a point, or an `RSAPublicKey`. `None` for a secret.
pub(super) fn write_spki(family: KeyFamily, key: &[u8]) -> Option<Vec<u8>> {
    let curve = match family {
        KeyFamily::Ec(Curve::P256) => oid::P256,
        _ => oid::P384,
    };
    let (oid, parameters) = match family {
        KeyFamily::Hmac => return None,
        KeyFamily::Rsa => (oid::RSA, Some(AnyRef::NULL)),
        KeyFamily::Ec(_) => (oid::EC, Some(AnyRef::from(&curve))),
        KeyFamily::Ed25519 => (oid::ED25519, None),
    };
    let algorithm = AlgorithmIdentifierRef { oid, parameters };
    SubjectPublicKeyInfoRef { algorithm, subject_public_key: BitStringRef::from_bytes(key).ok()? }
        .to_der()
        .ok()
}

/// Refuses a kind of key that has no algorithm here.
pub(super) fn unsupported_kind(kind: ObjectIdentifier) -> KeyError {
    unsupported(match kind {
        oid::RSA_PSS => {
            "an RSA key restricted to RSASSA-PSS: use a plain RSA key (`rsaEncryption`), and name PS256, PS384 or \
             PS512 as its algorithm"
        }
        oid::ED448 => "an Ed448 key: use Ed25519",
        oid::X25519 | oid::X448 => "a key for key agreement (X25519 or X448), which cannot sign: use Ed25519",
        oid::DSA => "a DSA key: use an RSA, EC or Ed25519 key",
        _ => "of an unknown kind: use an RSA, EC (P-256, P-384) or Ed25519 key",
    })
}

/// The curve named by the parameters of an EC key.
pub(super) fn named_curve(parameters: Option<AnyRef<'_>>) -> Result<Curve, KeyError> {
    let Some(Ok(curve)) = parameters.map(|parameters| parameters.decode_as::<ObjectIdentifier>()) else {
        return Err(unsupported(
            "an EC key that does not name its curve: write it with `openssl ec -param_enc named_curve`, and \
             `-pubin` where it is a public key",
        ));
    };
    match curve {
        oid::P256 => Ok(Curve::P256),
        oid::P384 => Ok(Curve::P384),
        other => Err(unsupported(match other {
            oid::P521 => "an EC key on P-521 (ES512): use P-256 or P-384",
            oid::P224 => "an EC key on P-224: use P-256 or P-384",
            oid::SECP256K1 => "an EC key on secp256k1 (ES256K), which is not P-256: use P-256 or P-384",
            _ => "an EC key on an unknown curve: use P-256 or P-384",
        })),
    }
}

fn unsupported(found: &str) -> KeyError {
    KeyError::new(KeyErrorKind::Unsupported, format!("the key is {found}"))
}

fn malformed(message: &'static str) -> KeyError {
    KeyError::new(KeyErrorKind::Malformed, message)
}

/// `RSAPublicKey ::= SEQUENCE { modulus INTEGER, publicExponent INTEGER }`
struct RsaPublicKey<'a> {
    n: UintRef<'a>,
    e: UintRef<'a>,
}

impl<'a> der::DecodeValue<'a> for RsaPublicKey<'a> {
    type Error = der::Error;

    fn decode_value<R: der::Reader<'a>>(reader: &mut R, _: der::Header) -> der::Result<Self> {
        Ok(Self { n: reader.decode()?, e: reader.decode()? })
    }
}

impl der::EncodeValue for RsaPublicKey<'_> {
    fn value_len(&self) -> der::Result<der::Length> {
        self.n.encoded_len()? + self.e.encoded_len()?
    }

    fn encode_value(&self, writer: &mut impl der::Writer) -> der::Result<()> {
        self.n.encode(writer)?;
        self.e.encode(writer)
    }
}

impl<'a> der::Sequence<'a> for RsaPublicKey<'a> {}

pub(super) mod oid {
    use spki::ObjectIdentifier;

    pub(in crate::keys) const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
    pub(in crate::keys) const RSA_PSS: ObjectIdentifier =
        ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.10");
    pub(in crate::keys) const DSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10040.4.1");
    pub(in crate::keys) const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
    pub(in crate::keys) const P224: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.33");
    pub(in crate::keys) const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
    pub(in crate::keys) const P384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.34");
    pub(in crate::keys) const P521: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.35");
    pub(in crate::keys) const SECP256K1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.10");
    pub(in crate::keys) const X25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.110");
    pub(in crate::keys) const X448: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.111");
    pub(in crate::keys) const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");
    pub(in crate::keys) const ED448: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.113");
}
