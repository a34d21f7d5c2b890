//! Checks Ed25519 keys: exactly 32 bytes, in canonical form, and not of small order, since such a key verifies forged
//! signatures.

use jsonwebtoken::DecodingKey;

use super::error::{KeyError, KeyErrorKind};
use super::{Algorithm, backend};

/// Checks an Ed25519 public key (RFC 8032 section 5.1.5).
pub(super) fn load(point: &[u8]) -> Result<DecodingKey, KeyError> {
    let Ok(encoded) = <[u8; 32]>::try_from(point) else {
        let message = format!("the Ed25519 key has {} bytes; it has exactly 32", point.len());
        return Err(KeyError::new(KeyErrorKind::Malformed, message));
    };
    let y = without_sign(encoded);
    if is_small_order(y) {
        return Err(KeyError::new(
            KeyErrorKind::Weak,
            "the Ed25519 key is a point of small order, with which every client can forge signatures: make a new key \
             pair with `openssl genpkey -algorithm ed25519`",
        ));
    }
    if !is_canonical(y) {
        return Err(KeyError::new(
            KeyErrorKind::Malformed,
            "the Ed25519 key is not in canonical form (RFC 8032 section 5.1.3): the key is damaged",
        ));
    }
    let material = DecodingKey::from_ed_der(&encoded);
    backend::load(Algorithm::EdDsa, &material).map_err(|refused| {
        KeyError::new(
            KeyErrorKind::Malformed,
            "the Ed25519 key is not a point of the curve: the key is damaged",
        )
        .because(refused)
    })?;
    Ok(material)
}

/// The little-endian y coordinate: an encoded point without the bit for the sign of x.
fn without_sign(mut encoded: [u8; 32]) -> [u8; 32] {
    if let Some(last) = encoded.last_mut() {
        *last &= 0x7f;
    }
    encoded
}

/// Whether y belongs to one of the eight points of small order (dividing eight), in any encoding.
fn is_small_order(y: [u8; 32]) -> bool {
    SMALL_ORDER.contains(&y)
}

/// Whether y is below the prime 2^255 - 19.
fn is_canonical(y: [u8; 32]) -> bool {
    let [first, middle @ .., last] = y;
    first < 0xed || last != 0x7f || middle.iter().any(|byte| *byte != 0xff)
}

/// The y coordinates of the points of small order. With either sign of x, and with y written as y + p where that
/// still fits, these are all fourteen encodings.
const SMALL_ORDER: [[u8; 32]; 7] = [
    // Order 4: y = 0.
    [0; 32],
    // Order 1: y = 1.
    with_first(1, 0, 0),
    // Order 2: y = p - 1.
    with_first(0xec, 0xff, 0x7f),
    // Order 8, twice.
    [
        0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5,
        0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05,
    ],
    [
        0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a,
        0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a,
    ],
    // Order 4 and 1 again: y = p and y = p + 1.
    with_first(0xed, 0xff, 0x7f),
    with_first(0xee, 0xff, 0x7f),
];

const fn with_first(first: u8, middle: u8, last: u8) -> [u8; 32] {
    [
        first, middle, middle, middle, middle, middle, middle, middle, middle, middle, middle, middle,
        middle, middle, middle, middle, middle, middle, middle, middle, middle, middle, middle, middle,
        middle, middle, middle, middle, middle, middle, middle, last,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn canonical_is_what_is_below_the_prime() {
        let with = |first, at: usize, byte| {
            let mut y = with_first(first, 0xff, 0x7f);
            y[at] = byte;
            y
        };
        for first in 0..=0xff {
            // The prime is 0x7fff..ed.
            assert_eq!(is_canonical(with_first(first, 0xff, 0x7f)), first < 0xed, "{first:#x}");
            assert!((1..31).all(|at| is_canonical(with(first, at, 0xfe))), "{first:#x}");
            assert!(is_canonical(with(first, 31, 0x7e)), "{first:#x}");
        }
    }
}
