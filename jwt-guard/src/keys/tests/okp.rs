//! C8: Ed25519 keys of exactly 32 bytes, not of small order.

use jsonwebtoken::DecodingKey;
use serde_json::{Value, json};

use super::backend::provider;
use super::{
    Algorithm, KeyError, KeyErrorKind, VerifyingKey, base64url, changed, fixture, member, refused, unwrapped,
};

const JWK: &str = fixture!("ed25519.public.jwk");

fn with(changes: &Value) -> Result<VerifyingKey, KeyError> {
    VerifyingKey::jwk(&changed(JWK, changes), &[])
}

fn with_point(x: &[u8]) -> Result<VerifyingKey, KeyError> {
    with(&json!({"x": base64url(x)}))
}

#[test]
fn a_good_key_loads() {
    assert_eq!(with(&json!({})).unwrap().algorithm(), Algorithm::EdDsa);
}

#[test]
fn a_key_of_any_other_length_is_refused_and_nothing_panics() {
    let x = [member(JWK, "x"), member(JWK, "x")].concat();
    for length in (0..32).chain([33, 57, 64]) {
        refused(
            with_point(&x[..length]),
            KeyErrorKind::Malformed,
            &format!("has {length} bytes; it has exactly 32"),
        );
    }
}

#[test]
fn another_curve_is_refused() {
    for other in ["P-256", "Ed448", "X25519", "ed25519", ""] {
        refused(with(&json!({"crv": other})), KeyErrorKind::Unsupported, "Ed25519");
    }
    refused(VerifyingKey::jwk(fixture!("ed448.public.jwk"), &[]), KeyErrorKind::Unsupported, "Ed448");
    refused(VerifyingKey::jwk(fixture!("x25519.public.jwk"), &[]), KeyErrorKind::Unsupported, "X25519");
}

/// The y coordinates of the eight points whose order divides eight, computed from the curve equation, and the two
/// that have a second encoding.
const SMALL_ORDER: [&str; 7] = [
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
];

fn from_hex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

#[test]
fn every_encoding_of_a_point_of_small_order_is_refused() {
    for y in SMALL_ORDER {
        for sign in [0, 0x80] {
            let mut point = from_hex(y);
            point[31] |= sign;
            refused(with_point(&point), KeyErrorKind::Weak, "small order");

            let mut der = unwrapped(fixture!("ed25519.public.pem"));
            der.truncate(12);
            der.extend(&point);
            refused(VerifyingKey::der(Algorithm::EdDsa, &der), KeyErrorKind::Weak, "small order");
        }
    }
}

#[test]
fn the_engine_alone_takes_a_signature_of_zeros_for_the_neutral_key() {
    // Why the table is needed: R = the neutral point and S = 0 verify under the neutral key, for every message.
    let neutral = from_hex(SMALL_ORDER[0]);
    let forged = [&neutral[..], &[0; 32]].concat();
    let key = DecodingKey::from_ed_der(&neutral);
    let verifier = (provider().verifier_factory)(&jsonwebtoken::Algorithm::EdDSA, &key).unwrap();
    assert!(verifier.verify(b"any message", &forged).is_ok());
}

#[test]
fn a_key_that_is_not_canonical_is_refused() {
    for first in 0xef..=0xff {
        let mut point = [0xff; 32];
        point[0] = first;
        for last in [0x7f, 0xff] {
            point[31] = last;
            refused(with_point(&point), KeyErrorKind::Malformed, "canonical");
        }
    }
}

#[cfg(not(feature = "aws-lc-rs"))]
#[test]
fn a_key_that_is_not_a_point_is_refused() {
    let mut point = [0; 32];
    point[0] = 2;
    refused(with_point(&point), KeyErrorKind::Malformed, "not a point");
}
