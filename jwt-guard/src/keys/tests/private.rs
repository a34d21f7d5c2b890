//! The elements of private keys in DER, and the texts of private keys.

use super::super::private::{der, text};
use super::super::{KeyError, SigningKey};
use super::{Algorithm, KeyErrorKind, fixture, member, refused, unwrapped};

const P256: [u8; 8] = [0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7];
const P384: [u8; 5] = [0x2b, 0x81, 0x04, 0, 0x22];
const EC: [u8; 7] = [0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1];
const ED25519: [u8; 3] = [0x2b, 0x65, 0x70];

const INTEGER: u8 = 0x02;
const OCTET_STRING: u8 = 0x04;
const NULL: u8 = 0x05;
const OBJECT_IDENTIFIER: u8 = 0x06;
const UTF8_STRING: u8 = 0x0c;
const SEQUENCE: u8 = 0x30;
const PARAMETERS: u8 = 0xa0;

/// Tag, length and contents.
fn element(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    assert!(content.len() < 0x80);
    [&[tag, content.len() as u8], &content[..]].concat()
}

fn ed25519(version: u8, outer: u8, inner: u8) -> Result<SigningKey, KeyError> {
    let kind = element(SEQUENCE, &[&element(OBJECT_IDENTIFIER, &[&ED25519])]);
    let seed = element(inner, &[&member(fixture!("ed25519.private.jwk"), "d")]);
    let der = element(SEQUENCE, &[&element(INTEGER, &[&[version]]), &kind, &element(outer, &[&seed])]);
    SigningKey::der(Algorithm::EdDsa, &der)
}

#[test]
fn pkcs8_has_version_0_or_1_and_its_key_is_an_octet_string() {
    for version in [0, 1] {
        assert!(ed25519(version, OCTET_STRING, OCTET_STRING).is_ok(), "{version}");
    }
    for (version, outer, inner) in [
        (2, OCTET_STRING, OCTET_STRING),
        (0x80, OCTET_STRING, OCTET_STRING),
        (0, UTF8_STRING, OCTET_STRING),
        (0, OCTET_STRING, UTF8_STRING),
        (0, OCTET_STRING, SEQUENCE),
    ] {
        refused(ed25519(version, outer, inner), KeyErrorKind::Malformed, "not a PKCS#8 private key");
    }
}

/// A key on P-256 in PKCS#8; its `ECPrivateKey` has this version, tag of the number, and parameters.
fn ec(version: u8, number: u8, parameters: &[u8]) -> Result<SigningKey, KeyError> {
    let names = [element(OBJECT_IDENTIFIER, &[&EC]), element(OBJECT_IDENTIFIER, &[&P256])];
    let kind = element(SEQUENCE, &[&names[0], &names[1]]);
    let d = element(number, &[&member(fixture!("p256.private.jwk"), "d")]);
    let key = element(SEQUENCE, &[&element(INTEGER, &[&[version]]), &d, parameters]);
    let der = element(SEQUENCE, &[&element(INTEGER, &[&[0]]), &kind, &element(OCTET_STRING, &[&key])]);
    SigningKey::der(Algorithm::Es256, &der)
}

#[test]
fn an_ec_key_has_version_1_and_its_number_is_an_octet_string() {
    assert!(ec(1, OCTET_STRING, &[]).is_ok());
    for (version, number) in [(0, OCTET_STRING), (2, OCTET_STRING), (1, INTEGER), (1, UTF8_STRING)] {
        refused(ec(version, number, &[]), KeyErrorKind::Malformed, "not an EC private key (SEC1)");
    }
}

#[test]
fn an_ec_key_that_names_its_curve_twice_names_the_same() {
    let named = |curve: &[u8]| element(PARAMETERS, &[&element(OBJECT_IDENTIFIER, &[curve])]);
    assert!(ec(1, OCTET_STRING, &named(&P256)).is_ok());
    refused(ec(1, OCTET_STRING, &named(&P384)), KeyErrorKind::Malformed, "names two curves");
    let null = element(PARAMETERS, &[&element(NULL, &[])]);
    refused(ec(1, OCTET_STRING, &null), KeyErrorKind::Unsupported, "does not name its curve");
}

#[test]
fn an_rsa_key_has_two_primes() {
    /// The PKCS#1 key in this version, with something behind its numbers.
    fn rsa(version: u8, rest: &[u8]) -> Result<SigningKey, KeyError> {
        let mut der = unwrapped(fixture!("rsa-2048.pkcs1.private.pem"));
        // A length in two bytes, and the version.
        assert_eq!((&der[..2], &der[4..7]), (&[SEQUENCE, 0x82][..], &[INTEGER, 1, 0][..]));
        der[6] = version;
        der.extend(rest);
        let length = (der.len() - 4) as u16;
        der[2..4].copy_from_slice(&length.to_be_bytes());
        SigningKey::der(Algorithm::Rs256, &der)
    }
    let others = element(SEQUENCE, &[]);
    assert!(rsa(0, &[]).is_ok());
    refused(rsa(1, &others), KeyErrorKind::Unsupported, "more than two primes");
    for (version, rest) in [(0, &others[..]), (1, &[]), (2, &others), (2, &[])] {
        refused(rsa(version, rest), KeyErrorKind::Malformed, "not an RSA private key");
    }
}

#[test]
fn the_private_members_and_the_pem_are_those_of_openssl() {
    for (pem, jwk, names) in [
        (
            fixture!("rsa-2048.private.pem"),
            fixture!("rsa-2048.private.jwk"),
            &["d", "p", "q", "dp", "dq", "qi"][..],
        ),
        (fixture!("p256.private.pem"), fixture!("p256.private.jwk"), &["d"]),
        (fixture!("p384.private.pem"), fixture!("p384.private.jwk"), &["d"]),
        (fixture!("ed25519.private.pem"), fixture!("ed25519.private.jwk"), &["d"]),
    ] {
        let bytes = unwrapped(pem);
        let members = text::members(&der::read(&bytes).unwrap()).unwrap();
        assert_eq!(members.iter().map(|(name, _)| *name).collect::<Vec<_>>(), names);
        for (name, bytes) in members {
            assert_eq!(bytes.as_slice(), member(jwk, name), "{name}");
        }
        assert_eq!(text::pem(&bytes).as_str(), pem);
    }
}
