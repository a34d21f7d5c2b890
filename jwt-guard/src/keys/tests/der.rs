//! C11: DER is read strictly, and the message names what it is instead of a public key.

use super::{Algorithm, GOOD, KeyErrorKind, VerifyingKey, fixture, refused, unwrapped};

#[test]
fn a_private_key_is_refused_by_its_form() {
    for (pem, form) in [
        (fixture!("rsa-2048.private.pem"), "(PKCS#8)"),
        (fixture!("p384.private.pem"), "(PKCS#8)"),
        (fixture!("ed25519.private.pem"), "(PKCS#8)"),
        (fixture!("rsa-2048.pkcs1.private.pem"), "(PKCS#1)"),
        (fixture!("p256.sec1.private.pem"), "(SEC1)"),
        (fixture!("rsa-2048.encrypted.private.pem"), "(encrypted PKCS#8)"),
    ] {
        for algorithm in [Algorithm::Rs256, Algorithm::Es256, Algorithm::EdDsa] {
            refused(VerifyingKey::der(algorithm, &unwrapped(pem)), KeyErrorKind::PrivateKey, form);
        }
    }
}

#[test]
fn a_certificate_is_refused() {
    let der = unwrapped(fixture!("p256.certificate.pem"));
    refused(VerifyingKey::der(Algorithm::Es256, &der), KeyErrorKind::Unsupported, "certificate");
}

#[test]
fn text_is_refused() {
    for text in [fixture!("p256.public.pem"), fixture!("p256.public.jwk"), ""] {
        refused(
            VerifyingKey::der(Algorithm::Es256, text.as_bytes()),
            KeyErrorKind::Malformed,
            "not a public key in DER",
        );
    }
}

#[test]
fn a_truncated_or_prolonged_key_is_refused() {
    for (pem, algorithms) in GOOD {
        let der = unwrapped(pem);
        for algorithm in algorithms {
            for end in 0..der.len() {
                assert!(VerifyingKey::der(*algorithm, &der[..end]).is_err(), "{algorithm} {end}");
            }
            assert!(VerifyingKey::der(*algorithm, &[&der[..], &[0]].concat()).is_err());
            assert!(VerifyingKey::der(*algorithm, &[&der[..], &der[..]].concat()).is_err());
        }
    }
}

#[test]
fn no_changed_byte_causes_a_panic_or_another_algorithm() {
    for (pem, algorithms) in GOOD {
        let der = unwrapped(pem);
        let algorithm = algorithms[0];
        for place in 0..der.len() {
            for change in [0x01, 0x20, 0x80, 0xff] {
                let mut changed = der.clone();
                changed[place] ^= change;
                if let Ok(key) = VerifyingKey::der(algorithm, &changed) {
                    assert_eq!(key.algorithm(), algorithm);
                }
            }
        }
    }
}

#[test]
fn a_length_that_is_not_minimal_is_refused() {
    // The outer length 0x2a of an Ed25519 key, written in two bytes (X.690 section 10.1).
    let der = unwrapped(fixture!("ed25519.public.pem"));
    let prolonged = [&[0x30, 0x81, 0x2a], &der[2..]].concat();
    assert_eq!(der[..2], [0x30, 0x2a]);
    assert!(VerifyingKey::der(Algorithm::EdDsa, &prolonged).is_err());
}

#[test]
fn unused_bits_in_the_key_are_refused() {
    let mut der = unwrapped(fixture!("ed25519.public.pem"));
    assert_eq!(der[9..12], [0x03, 0x21, 0x00]);
    der[11] = 1;
    der[43] &= 0xfe;
    refused(VerifyingKey::der(Algorithm::EdDsa, &der), KeyErrorKind::Malformed, "whole number of bytes");
}

#[test]
fn algorithm_parameters_where_none_belong_are_refused() {
    let der = unwrapped(fixture!("ed25519.public.pem"));
    let with_null = [&[0x30, 0x2c, 0x30, 0x07], &der[4..9], &[0x05, 0x00], &der[9..]].concat();
    refused(VerifyingKey::der(Algorithm::EdDsa, &with_null), KeyErrorKind::Malformed, "RFC 8410");

    let mut der = unwrapped(fixture!("rsa-2048.public.pem"));
    let null = der.windows(2).position(|pair| pair == [0x05, 0x00]).unwrap();
    der[null] = 0x04;
    refused(VerifyingKey::der(Algorithm::Rs256, &der), KeyErrorKind::Malformed, "RFC 3279");
}

#[test]
fn a_curve_without_an_algorithm_is_refused_by_name() {
    // The object identifiers of these curves differ in the last byte.
    let der = unwrapped(fixture!("p521.public.pem"));
    let place = der.windows(5).position(|bytes| bytes == [0x2b, 0x81, 0x04, 0x00, 0x23]).unwrap() + 4;
    for (last, part) in [(0x23, "P-521"), (0x21, "P-224"), (0x0a, "secp256k1"), (0x7f, "an unknown curve")] {
        let mut der = der.clone();
        der[place] = last;
        refused(VerifyingKey::der(Algorithm::Es256, &der), KeyErrorKind::Unsupported, part);
    }
}
