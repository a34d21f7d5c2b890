//! Private keys in DER: PKCS#8, and the older forms PKCS#1 for RSA and SEC1 for EC.

use spki::ObjectIdentifier;
use spki::der::asn1::{AnyRef, UintRef};
use spki::der::{self, Decode as _, Reader as _, SliceReader, Tag, TagNumber, Tagged as _};

use super::PrivateKey;
use crate::keys::der::{named_curve, oid, unsupported_kind};
use crate::keys::error::{KeyError, KeyErrorKind};
use crate::keys::structure::{self, Structure};

/// Reads a private key in any of the three structures.
pub(in crate::keys) fn read(bytes: &[u8]) -> Result<PrivateKey<'_>, KeyError> {
    match Structure::of(bytes) {
        Structure::Pkcs8 => read_pkcs8(bytes),
        Structure::Pkcs1Private => read_pkcs1(bytes),
        Structure::Sec1 => read_sec1(bytes),
        Structure::EncryptedPkcs8 => Err(encrypted()),
        Structure::Pkcs1Public | Structure::Spki => Err(public()),
        Structure::Certificate => Err(structure::certificate()),
        Structure::Other => Err(malformed(
            "the bytes are not a private key in DER: expected PKCS#8, PKCS#1 for RSA or SEC1 for EC, and nothing \
             after it; text goes to `SigningKey::pem` or `jwk`",
        )),
    }
}

/// `OneAsymmetricKey` (RFC 5958 section 2), also in its first version, `PrivateKeyInfo`.
pub(super) fn read_pkcs8(bytes: &[u8]) -> Result<PrivateKey<'_>, KeyError> {
    let damaged = || malformed("the DER is not a PKCS#8 private key");
    let outer = whole_sequence(bytes).ok_or_else(damaged)?;
    let [version, kind, key, attributes @ ..] = outer.as_slice() else { return Err(damaged()) };
    if !matches!(version.decode_as::<u8>(), Ok(0 | 1)) || key.tag() != Tag::OctetString {
        return Err(damaged());
    }
    let kind = elements(kind.value()).ok_or_else(damaged)?;
    let (name, parameters) = match kind.as_slice() {
        [name] => (name, None),
        [name, parameters] => (name, Some(*parameters)),
        _ => return Err(damaged()),
    };
    let public = bit_string(attributes, false);
    match name.decode_as::<ObjectIdentifier>().map_err(|_| damaged())? {
        oid::RSA => read_pkcs1(key.value()),
        oid::EC => {
            let curve = Some(named_curve(parameters)?);
            read_ec(key.value(), curve, public)
        }
        oid::ED25519 => match AnyRef::from_der(key.value()) {
            Ok(seed) if seed.tag() == Tag::OctetString => {
                Ok(PrivateKey::Ed25519 { seed: seed.value(), public })
            }
            _ => Err(damaged()),
        },
        other => Err(unsupported_kind(other)),
    }
}

/// `RSAPrivateKey` (RFC 8017 appendix A.1.2).
pub(super) fn read_pkcs1(bytes: &[u8]) -> Result<PrivateKey<'_>, KeyError> {
    let damaged = || malformed("the DER is not an RSA private key (PKCS#1)");
    let numbers = whole_sequence(bytes).ok_or_else(damaged)?;
    let [version, n, e, _rest @ ..] = numbers.as_slice() else { return Err(damaged()) };
    match (version.decode_as::<u8>(), numbers.len()) {
        (Ok(0), 9) => {}
        (Ok(1), 10) => {
            let message =
                "the RSA key has more than two primes: make a new one with `openssl genpkey -algorithm RSA`";
            return Err(KeyError::new(KeyErrorKind::Unsupported, message));
        }
        _ => return Err(damaged()),
    }
    let unsigned = |number: &AnyRef<'_>| number.decode_as::<UintRef<'_>>().is_ok();
    if !numbers.iter().all(unsigned) {
        return Err(damaged());
    }
    Ok(PrivateKey::Rsa { pkcs1: bytes, n: without_zero(n.value()), e: without_zero(e.value()) })
}

/// The private numbers of an `RSAPrivateKey`: exponent, primes, exponents, coefficient.
pub(super) fn private_numbers(pkcs1: &[u8]) -> Result<[&[u8]; 6], KeyError> {
    let numbers = whole_sequence(pkcs1).unwrap_or_default();
    let private: Vec<_> = numbers.iter().skip(3).map(|number| without_zero(number.value())).collect();
    private.try_into().map_err(|_| malformed("the DER is not an RSA private key (PKCS#1)"))
}

/// `ECPrivateKey` (RFC 5915 section 3), which has to name its curve.
pub(super) fn read_sec1(bytes: &[u8]) -> Result<PrivateKey<'_>, KeyError> {
    read_ec(bytes, None, None)
}

fn read_ec<'a>(
    bytes: &'a [u8],
    outer: Option<crate::keys::algorithm::Curve>,
    public: Option<&'a [u8]>,
) -> Result<PrivateKey<'a>, KeyError> {
    let damaged = || malformed("the DER is not an EC private key (SEC1)");
    let parts = whole_sequence(bytes).ok_or_else(damaged)?;
    let [version, d, optional @ ..] = parts.as_slice() else { return Err(damaged()) };
    if !matches!(version.decode_as::<u8>(), Ok(1)) || d.tag() != Tag::OctetString {
        return Err(damaged());
    }
    let parameters = tagged(optional, true, 0).and_then(|parameters| AnyRef::from_der(parameters).ok());
    let curve = match (outer, parameters) {
        (Some(curve), None) => curve,
        (None, parameters) => named_curve(parameters)?,
        (Some(curve), parameters) if named_curve(parameters)? == curve => curve,
        (Some(_), _) => return Err(malformed("the EC private key names two curves")),
    };
    Ok(PrivateKey::Ec { curve, d: d.value(), public: bit_string(optional, true).or(public) })
}

/// The public half: element 1, a bit string, in both structures that may carry it.
fn bit_string<'a>(parts: &[AnyRef<'a>], explicit: bool) -> Option<&'a [u8]> {
    let content = tagged(parts, explicit, 1)?;
    let bits = if explicit { AnyRef::from_der(content).ok()?.value() } else { content };
    // The first byte is the number of unused bits in the last byte.
    bits.strip_prefix(&[0])
}

/// The content of the context-specific element with this number.
fn tagged<'a>(parts: &[AnyRef<'a>], constructed: bool, number: u32) -> Option<&'a [u8]> {
    let tag = Tag::ContextSpecific { constructed, number: TagNumber(number) };
    parts.iter().find(|part| part.tag() == tag).map(|part| part.value())
}

/// The elements of `bytes`, which must be exactly one sequence.
fn whole_sequence(bytes: &[u8]) -> Option<Vec<AnyRef<'_>>> {
    let whole = AnyRef::from_der(bytes).ok()?;
    if whole.tag() == Tag::Sequence { elements(whole.value()) } else { None }
}

// The causes are dropped: they only give a position in the key.
fn elements(content: &[u8]) -> Option<Vec<AnyRef<'_>>> {
    let read = || {
        let mut reader = SliceReader::new(content)?;
        let mut elements = Vec::new();
        while !reader.is_finished() {
            elements.push(AnyRef::decode(&mut reader)?);
        }
        der::Result::Ok(elements)
    };
    read().ok()
}

/// A number without the leading zero byte of a positive DER integer.
fn without_zero(number: &[u8]) -> &[u8] {
    number.strip_prefix(&[0]).unwrap_or(number)
}

/// Refuses an encrypted private key.
pub(super) fn encrypted() -> KeyError {
    KeyError::new(
        KeyErrorKind::Unsupported,
        "the private key is encrypted, and no password can be given: decrypt it with \
         `openssl pkey -in encrypted.pem -out private.pem`, and keep the result in a secret store",
    )
}

/// Refuses a public key.
pub(super) fn public() -> KeyError {
    KeyError::new(
        KeyErrorKind::PublicKey,
        "this is a public key, but the private key is needed to sign; a public key is loaded as `VerifyingKey`",
    )
}

fn malformed(message: &'static str) -> KeyError {
    KeyError::new(KeyErrorKind::Malformed, message)
}
