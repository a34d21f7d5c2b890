//! C11: a PEM text is one public key of a kind that has an algorithm.

use super::{Algorithm, GOOD, KeyErrorKind, VerifyingKey, fixture, refused, unwrapped, wrapped};

#[test]
fn a_private_key_is_refused_whatever_its_form() {
    for pem in [
        fixture!("rsa-2048.private.pem"),
        fixture!("rsa-2048.pkcs1.private.pem"),
        fixture!("rsa-2048.encrypted.private.pem"),
        fixture!("p256.private.pem"),
        fixture!("p256.sec1.private.pem"),
        fixture!("p384.private.pem"),
        fixture!("ed25519.private.pem"),
        "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n",
        "-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nAAAA\n-----END PGP PRIVATE KEY BLOCK-----\n",
    ] {
        for algorithm in [Algorithm::Rs256, Algorithm::Es256, Algorithm::EdDsa] {
            refused(VerifyingKey::pem(algorithm, pem), KeyErrorKind::PrivateKey, "openssl pkey");
        }
    }
}

#[test]
fn a_private_key_under_the_label_of_a_public_one_is_refused() {
    for pem in [
        fixture!("rsa-2048.private.pem"),
        fixture!("rsa-2048.pkcs1.private.pem"),
        fixture!("rsa-2048.encrypted.private.pem"),
        fixture!("p256.sec1.private.pem"),
        fixture!("ed25519.private.pem"),
    ] {
        for label in ["PUBLIC KEY", "RSA PUBLIC KEY"] {
            let relabelled = wrapped(label, &unwrapped(pem));
            refused(VerifyingKey::pem(Algorithm::Rs256, relabelled), KeyErrorKind::PrivateKey, "private key");
        }
    }
}

#[test]
fn a_certificate_is_refused_with_the_command_that_helps() {
    let pem = fixture!("p256.certificate.pem");
    refused(VerifyingKey::pem(Algorithm::Es256, pem), KeyErrorKind::Unsupported, "openssl x509");
    let relabelled = wrapped("PUBLIC KEY", &unwrapped(pem));
    refused(VerifyingKey::pem(Algorithm::Es256, relabelled), KeyErrorKind::Unsupported, "openssl x509");
}

#[test]
fn keys_without_an_algorithm_are_refused_by_name() {
    for (pem, part) in [
        (fixture!("p521.public.pem"), "P-521"),
        (fixture!("secp256k1.public.pem"), "secp256k1"),
        (fixture!("ed448.public.pem"), "Ed448"),
        (fixture!("x25519.public.pem"), "X25519"),
        (fixture!("dsa.public.pem"), "DSA"),
        (fixture!("rsa-pss.public.pem"), "RSASSA-PSS"),
        (fixture!("p256.explicit.public.pem"), "does not name its curve"),
    ] {
        for algorithm in [Algorithm::Es256, Algorithm::Es384, Algorithm::EdDsa, Algorithm::Ps256] {
            refused(VerifyingKey::pem(algorithm, pem), KeyErrorKind::Unsupported, part);
        }
    }
}

#[test]
fn a_compressed_point_is_refused_with_the_command_that_helps() {
    let pem = fixture!("p256.compressed.public.pem");
    refused(VerifyingKey::pem(Algorithm::Es256, pem), KeyErrorKind::Malformed, "-conv_form uncompressed");
}

#[test]
fn a_good_key_serves_no_algorithm_of_another_kind() {
    for (pem, own) in GOOD {
        for (_, others) in GOOD.iter().filter(|(other, _)| *other != pem) {
            for &algorithm in *others {
                assert!(!own.contains(&algorithm));
                refused(VerifyingKey::pem(algorithm, pem), KeyErrorKind::Mismatch, "needs a");
            }
        }
    }
}

#[test]
fn an_rsa_key_of_1024_bits_is_refused() {
    let pem = fixture!("rsa-1024.public.pem");
    refused(VerifyingKey::pem(Algorithm::Rs256, pem), KeyErrorKind::Weak, "has 1024 bits");
}

#[test]
fn a_pkcs1_public_key_loads_and_its_label_must_be_right() {
    let pem = fixture!("rsa-2048.pkcs1.public.pem");
    assert!(VerifyingKey::pem(Algorithm::Rs256, pem).is_ok());
    assert!(VerifyingKey::der(Algorithm::Rs256, &unwrapped(pem)).is_ok());
    let wrong = wrapped("PUBLIC KEY", &unwrapped(pem));
    refused(VerifyingKey::pem(Algorithm::Rs256, wrong), KeyErrorKind::Malformed, "`RSA PUBLIC KEY`");
    let wrong = wrapped("RSA PUBLIC KEY", &unwrapped(fixture!("rsa-2048.public.pem")));
    refused(VerifyingKey::pem(Algorithm::Rs256, wrong), KeyErrorKind::Malformed, "`PUBLIC KEY`");
}

#[test]
fn two_keys_in_one_text_are_refused() {
    let two = [fixture!("p256.public.pem"), fixture!("p384.public.pem")].concat();
    refused(VerifyingKey::pem(Algorithm::Es256, two), KeyErrorKind::Malformed, "2 complete blocks");
}

#[test]
fn other_labels_are_refused() {
    let der = unwrapped(fixture!("p256.public.pem"));
    for label in ["EC PUBLIC KEY", "SSH2 PUBLIC KEY", "public key", "PUBLIC KEY ", "CERTIFICATE REQUEST", "X"]
    {
        let result = VerifyingKey::pem(Algorithm::Es256, wrapped(label, &der));
        assert!(result.is_err(), "{label:?}");
    }
    refused(
        VerifyingKey::pem(Algorithm::Es256, wrapped("EC PUBLIC KEY", &der)),
        KeyErrorKind::Unsupported,
        "\"EC PUB",
    );
}

#[test]
fn damaged_text_is_refused() {
    let pem = fixture!("p256.public.pem");
    for damaged in [
        pem.replace("END PUBLIC", "END PRIVATE"),
        pem.replace("-----END PUBLIC KEY-----", ""),
        pem.replacen("MFkw", "MF!w", 1),
        pem.replacen("MFkw", "", 1),
        pem.replacen("MFkw", "MFk", 1),
        "-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----\n".to_owned(),
        "-----BEGIN".to_owned(),
    ] {
        assert!(VerifyingKey::pem(Algorithm::Es256, &damaged).is_err(), "{damaged}");
    }
}

#[test]
fn text_around_the_block_and_other_line_ends_are_accepted() {
    let pem = fixture!("p256.public.pem");
    for text in [format!("our key, 2026\n{pem}\n"), pem.replace('\n', "\r\n"), format!("\u{feff}{pem}")] {
        assert!(VerifyingKey::pem(Algorithm::Es256, &text).is_ok(), "{text}");
    }
}

#[test]
fn what_is_not_pem_is_refused_with_the_way_to_load_it() {
    for (text, part) in [
        (&b""[..], "empty"),
        (fixture!("p256.public.jwk").as_bytes(), "`VerifyingKey::jwk`"),
        (b"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5", "ssh-keygen"),
        (&unwrapped(fixture!("p256.public.pem")), "`VerifyingKey::der`"),
        (b"hello", "-----BEGIN PUBLIC KEY-----"),
        (b"\xff\xfe-\0-\0", "-----BEGIN PUBLIC KEY-----"),
    ] {
        refused(VerifyingKey::pem(Algorithm::Es256, text), KeyErrorKind::Malformed, part);
    }
}
