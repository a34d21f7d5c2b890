//! Writes private keys in DER, in buffers that are wiped.

use zeroize::Zeroizing;

use crate::keys::algorithm::Curve;
use crate::keys::der::oid;

const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const OCTET_STRING: u8 = 0x04;
const OBJECT_IDENTIFIER: u8 = 0x06;
const SEQUENCE: u8 = 0x30;
/// `publicKey [1]` of an `ECPrivateKey`.
const PUBLIC_KEY: u8 = 0xa1;

type Buffer = Zeroizing<Vec<u8>>;

/// `RSAPrivateKey` of two primes (RFC 8017 appendix A.1.2), from the numbers in that order: modulus, public exponent,
/// private exponent, primes, exponents, coefficient.
pub(super) fn rsa_pkcs1(numbers: [&[u8]; 8]) -> Buffer {
    let version = unsigned(&[0]);
    let numbers = numbers.map(unsigned);
    let mut parts: Vec<&[u8]> = vec![&version];
    parts.extend(numbers.iter().map(|number| number.as_slice()));
    element(SEQUENCE, &parts)
}

/// PKCS#8 around an `ECPrivateKey` (RFC 5915 section 3). The backend computes the public half; other readers ask for
/// it.
pub(in crate::keys) fn ec_pkcs8(curve: Curve, d: &[u8], public: Option<&[u8]>) -> Buffer {
    let name = match curve {
        Curve::P256 => oid::P256,
        Curve::P384 => oid::P384,
    };
    let kind =
        [element(OBJECT_IDENTIFIER, &[oid::EC.as_bytes()]), element(OBJECT_IDENTIFIER, &[name.as_bytes()])];
    let public = public.map(|point| element(PUBLIC_KEY, &[&element(BIT_STRING, &[&[0], point])]));
    let public = public.as_ref().map_or(&[][..], |public| public.as_slice());
    let key = element(SEQUENCE, &[&unsigned(&[1]), &element(OCTET_STRING, &[d]), public]);
    pkcs8(&element(SEQUENCE, &[&kind[0], &kind[1]]), &key)
}

/// PKCS#8 around a `CurvePrivateKey` (RFC 8410 section 7).
pub(in crate::keys) fn ed25519_pkcs8(seed: &[u8]) -> Buffer {
    let name = element(OBJECT_IDENTIFIER, &[oid::ED25519.as_bytes()]);
    pkcs8(&element(SEQUENCE, &[&name]), &element(OCTET_STRING, &[seed]))
}

/// `PrivateKeyInfo`, version 1 (RFC 5208 section 5).
fn pkcs8(algorithm: &[u8], key: &[u8]) -> Buffer {
    element(SEQUENCE, &[&unsigned(&[0]), algorithm, &element(OCTET_STRING, &[key])])
}

/// A positive DER integer: without leading zeros, except one where the first bit would be a sign.
fn unsigned(bytes: &[u8]) -> Buffer {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    let (_, significant) = bytes.split_at(zeros);
    match significant.first() {
        None | Some(0x80..) => element(INTEGER, &[&[0], significant]),
        Some(_) => element(INTEGER, &[significant]),
    }
}

/// Tag, length and contents (ITU-T X.690 section 8.1). The buffer is allocated once, so that growing leaves no copy of
/// a part in memory.
fn element(tag: u8, parts: &[&[u8]]) -> Buffer {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    let mut buffer = Vec::with_capacity(length.saturating_add(10));
    buffer.push(tag);
    match u8::try_from(length) {
        Ok(short @ ..0x80) => buffer.push(short),
        _ => {
            let bytes = length.to_be_bytes();
            let significant = bytes.iter().skip_while(|byte| **byte == 0);
            // At most the eight bytes of a `usize`.
            buffer.push(0x80 | significant.clone().count() as u8);
            buffer.extend(significant);
        }
    }
    parts.iter().for_each(|part| buffer.extend_from_slice(part));
    Zeroizing::new(buffer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_take_as_many_bytes_as_they_need() {
        for (length, header) in [
            (0, &[4, 0][..]),
            (127, &[4, 127]),
            (128, &[4, 0x81, 128]),
            (255, &[4, 0x81, 255]),
            (256, &[4, 0x82, 1, 0]),
        ] {
            let written = element(OCTET_STRING, &[&vec![7; length]]);
            assert_eq!(written.split_at(header.len()), (header, &vec![7; length][..]));
        }
    }

    #[test]
    fn numbers_are_written_without_a_sign() {
        for (bytes, written) in [
            (&[0][..], &[2, 1, 0][..]),
            (&[], &[2, 1, 0]),
            (&[0, 0, 5], &[2, 1, 5]),
            (&[0x7f], &[2, 1, 0x7f]),
            (&[0x80], &[2, 2, 0, 0x80]),
        ] {
            assert_eq!(unsigned(bytes).as_slice(), written);
        }
    }
}
