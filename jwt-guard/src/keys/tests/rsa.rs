//! C6: RSA of 2048 to 8192 bits, with a sound exponent, in one encoding.

use serde_json::json;

use super::{Algorithm, KeyError, KeyErrorKind, VerifyingKey, base64url, changed, fixture, member, refused};
use crate::keys::SigningKey;
use crate::warned::warnings;

const JWK: &str = fixture!("rsa-2048.public.jwk");

fn with(changes: &serde_json::Value) -> Result<VerifyingKey, KeyError> {
    VerifyingKey::jwk(&changed(JWK, changes), &[Algorithm::Rs256])
}

fn with_modulus(n: &[u8]) -> Result<VerifyingKey, KeyError> {
    with(&json!({"n": base64url(n)}))
}

/// An odd number of exactly this many bits.
fn modulus(bits: usize) -> Vec<u8> {
    let mut n = vec![0xff; bits.div_ceil(8)];
    n[0] = 0xff >> (n.len() * 8 - bits);
    n
}

#[test]
fn the_size_is_2048_to_8192_bits() {
    for bits in [1, 512, 1024, 2040, 2047] {
        refused(with_modulus(&modulus(bits)), KeyErrorKind::Weak, &format!("has {bits} bits; 2048 to"));
    }
    for bits in [2048, 2049, 3072, 4096] {
        assert!(with_modulus(&modulus(bits)).is_ok(), "{bits}");
    }
    for bits in [8193, 16384] {
        refused(
            with_modulus(&modulus(bits)),
            KeyErrorKind::Unsupported,
            &format!("has {bits} bits; 2048 to"),
        );
    }
}

#[cfg(feature = "aws-lc-rs")]
#[test]
fn the_largest_size_is_8192_bits_with_aws_lc_rs() {
    assert!(with_modulus(&modulus(8192)).is_ok());
}

#[cfg(not(feature = "aws-lc-rs"))]
#[test]
fn the_largest_size_is_4096_bits_with_rust_crypto() {
    refused(with_modulus(&modulus(4097)), KeyErrorKind::Unsupported, "2048 to 4096 are possible");
}

#[test]
fn a_modulus_with_a_leading_zero_byte_is_refused() {
    let n = [&[0], &member(JWK, "n")[..]].concat();
    refused(with_modulus(&n), KeyErrorKind::Malformed, "modulus is empty or starts with a zero byte");
    refused(with_modulus(&[]), KeyErrorKind::Malformed, "modulus is empty");
}

#[test]
fn an_even_modulus_is_refused() {
    let mut n = member(JWK, "n");
    *n.last_mut().unwrap() ^= 1;
    refused(with_modulus(&n), KeyErrorKind::Malformed, "even");
}

#[test]
fn the_exponent_is_odd_and_at_least_3() {
    for e in [&[1_u8][..], &[2], &[4], &[1, 0, 0]] {
        refused(with(&json!({"e": base64url(e)})), KeyErrorKind::Weak, "an odd number of at least 3");
    }
    for e in [&[3_u8][..], &[17], &[1, 0, 1], &[1, 0xff, 0xff, 0xff, 0xff]] {
        assert!(with(&json!({"e": base64url(e)})).is_ok(), "{e:?}");
    }
    for e in [&[2_u8, 0, 0, 0, 1][..], &[0xff; 8], &[0xff; 9], &[0xff; 256]] {
        refused(with(&json!({"e": base64url(e)})), KeyErrorKind::Unsupported, "more than 33 bits");
    }
}

#[test]
fn an_exponent_that_is_empty_zero_or_starts_with_a_zero_byte_is_refused() {
    for e in [&[][..], &[0], &[0, 1, 0, 1]] {
        refused(with(&json!({"e": base64url(e)})), KeyErrorKind::Malformed, "exponent");
    }
}

#[test]
fn the_same_rules_hold_for_pem() {
    use super::super::der::write_pkcs1;
    use super::wrapped;

    let pem = |n: &[u8], e: &[u8]| {
        VerifyingKey::pem(Algorithm::Ps256, wrapped("RSA PUBLIC KEY", &write_pkcs1(n, e).unwrap()))
    };
    assert!(pem(&modulus(2048), &[3]).is_ok());
    refused(pem(&modulus(2047), &[3]), KeyErrorKind::Weak, "2047 bits");
    refused(pem(&modulus(2048), &[2]), KeyErrorKind::Weak, "exponent is 2");
    refused(pem(&modulus(2048), &[]), KeyErrorKind::Malformed, "not an `RSAPublicKey`");
}

#[test]
fn a_negative_modulus_is_refused() {
    let mut der = super::unwrapped(fixture!("rsa-2048.pkcs1.public.pem"));
    // The modulus keeps its length, but its sign byte is gone.
    assert_eq!(der[4..9], [0x02, 0x82, 0x01, 0x01, 0x00]);
    der[8] = 0xff;
    assert!(VerifyingKey::der(Algorithm::Rs256, &der).is_err());
}

#[test]
fn a_small_exponent_is_accepted_with_a_warning() {
    let load = |pem: &str| warnings(|| VerifyingKey::pem(Algorithm::Rs256, pem).is_ok());
    assert_eq!(load(fixture!("rsa-2048.public.pem")), (true, Vec::new()));
    let (is_good, warned) = load(fixture!("rsa-2048-e3.public.pem"));
    assert!(is_good && warned.len() == 1, "{warned:?}");
}

#[test]
fn a_key_that_signs_with_rsa_is_warned_of_where_the_backend_takes_a_telling_time() {
    use super::super::backend::{NAME, RSA_TIMES_TELL};

    assert_eq!(RSA_TIMES_TELL, NAME == "rust-crypto");
    for (algorithm, pem, is_rsa) in [
        (Algorithm::Rs256, fixture!("rsa-2048.private.pem"), true),
        (Algorithm::Ps512, fixture!("rsa-2048.pkcs1.private.pem"), true),
        (Algorithm::Es256, fixture!("p256.private.pem"), false),
        (Algorithm::EdDsa, fixture!("ed25519.private.pem"), false),
    ] {
        let (key, warned) = warnings(|| SigningKey::pem(algorithm, pem));
        assert!(key.is_ok(), "{algorithm}");
        assert_eq!(warned.len(), usize::from(is_rsa && RSA_TIMES_TELL), "{algorithm}: {warned:?}");
        assert!(warned.iter().all(|text| text.contains("RUSTSEC-2023-0071")), "{warned:?}");
        let (_, warned) = warnings(|| key.unwrap().verifying_key());
        assert_eq!(warned, Vec::<String>::new(), "to verify needs no private key");
    }
}
