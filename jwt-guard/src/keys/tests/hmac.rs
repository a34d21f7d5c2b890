//! C9: a shared secret is long enough, and secret.

use super::{Algorithm, KeyErrorKind, VerifyingKey, base64url, fixture, refused, secret, unwrapped};
use crate::keys::SigningKey;
use crate::secret::Secret;

const LEAST: [(Algorithm, usize); 3] =
    [(Algorithm::Hs256, 32), (Algorithm::Hs384, 48), (Algorithm::Hs512, 64)];

#[test]
fn a_secret_is_at_least_as_long_as_its_hash() {
    for (algorithm, least) in LEAST {
        assert!(VerifyingKey::secret(algorithm, &secret(7)[..least]).is_ok());
        let part = format!("has {} bytes; at least {least} bytes", least - 1);
        refused(VerifyingKey::secret(algorithm, &secret(7)[..least - 1]), KeyErrorKind::Weak, &part);
    }
}

#[test]
fn an_empty_or_blank_secret_is_refused() {
    for (algorithm, _) in LEAST {
        refused(VerifyingKey::secret(algorithm, ""), KeyErrorKind::Weak, "has 0 bytes; at least");
        refused(VerifyingKey::secret(algorithm, vec![b' '; 100]), KeyErrorKind::Weak, "white space");
        refused(
            VerifyingKey::secret(algorithm, "\u{feff}".to_owned() + &"\n".repeat(99)),
            KeyErrorKind::Weak,
            "white",
        );
    }
}

#[test]
fn a_secret_that_others_guess_is_refused_wherever_it_comes_from() {
    for secret in [
        &b"a-string-secret-at-least-256-bits-long"[..],
        b"your-256-bit-secret-your-256-bit-secret",
        b"change-me-change-me-change-me-change-me",
        b"00000000000000000000000000000000",
        &[0; 32],
        &[7; 32],
    ] {
        let jwk = format!(r#"{{"kty":"oct","alg":"HS256","k":"{}"}}"#, base64url(secret));
        let part = "`openssl rand -hex 32`";
        refused(VerifyingKey::secret(Algorithm::Hs256, secret), KeyErrorKind::Weak, part);
        refused(SigningKey::secret(Algorithm::Hs256, secret), KeyErrorKind::Weak, part);
        refused(VerifyingKey::jwk(&jwk, &[]), KeyErrorKind::Weak, part);
        refused(SigningKey::jwk(&jwk), KeyErrorKind::Weak, part);
    }
    assert!(VerifyingKey::secret(Algorithm::Hs512, Secret::random()).is_ok());
}

#[test]
fn the_text_of_a_pem_file_is_not_a_secret() {
    let pem = fixture!("rsa-2048.public.pem");
    for text in [
        pem.to_owned(),
        format!(" \r\n\t{pem}"),
        format!("\u{feff}{pem}"),
        format!("\u{feff}\n {pem}"),
        format!("# our key\n{pem}"),
        fixture!("p256.certificate.pem").to_owned(),
        fixture!("rsa-2048.private.pem").to_owned(),
    ] {
        for (algorithm, _) in LEAST {
            refused(VerifyingKey::secret(algorithm, text.as_str()), KeyErrorKind::NotASecret, "PEM");
        }
    }
}

#[test]
fn an_ssh_key_is_not_a_secret() {
    for text in [
        "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQDVx me@example",
        "\n ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGVoFQGrHAuM me@example",
        "\u{feff}ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAI me@example",
        "sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29t",
    ] {
        refused(VerifyingKey::secret(Algorithm::Hs256, text), KeyErrorKind::NotASecret, "SSH");
    }
}

#[test]
fn the_text_of_a_jwk_is_not_a_secret() {
    let jwk = fixture!("p256.public.jwk");
    for text in
        [jwk.to_owned(), format!("\u{feff}\n{jwk}\n"), format!("{{\"keys\":[{jwk}]}}"), format!("[{jwk}]")]
    {
        refused(VerifyingKey::secret(Algorithm::Hs256, text), KeyErrorKind::NotASecret, "JWK");
    }
}

#[test]
fn a_key_in_der_or_bare_base64_is_not_a_secret() {
    for pem in [
        fixture!("rsa-2048.public.pem"),
        fixture!("p256.public.pem"),
        fixture!("rsa-2048.pkcs1.public.pem"),
        fixture!("p521.public.pem"),
        fixture!("p256.certificate.pem"),
        fixture!("p384.private.pem"),
    ] {
        refused(VerifyingKey::secret(Algorithm::Hs256, unwrapped(pem)), KeyErrorKind::NotASecret, "in DER");
        let bare: String = pem.lines().filter(|line| !line.starts_with('-')).collect::<Vec<_>>().join("\n");
        refused(VerifyingKey::secret(Algorithm::Hs256, bare), KeyErrorKind::NotASecret, "in base64");
    }
}

/// A text in every encoding of settings and variables.
fn encoded(bytes: &[u8]) -> Vec<String> {
    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};

    let hex: Vec<_> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut all =
        [STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD].map(|engine| engine.encode(bytes)).to_vec();
    all.extend([hex.concat(), hex.concat().to_uppercase(), hex.join(":")]);
    let wrapped: Vec<_> = all
        .iter()
        .map(|text| text.as_bytes().chunks(64).map(String::from_utf8_lossy).collect::<Vec<_>>().join("\r\n"))
        .collect();
    let quoted: Vec<_> = all.iter().map(|text| format!("\"{text}\"\n")).collect();
    let twice: Vec<_> = all.iter().map(|text| STANDARD.encode(text)).collect();
    all.extend(wrapped.into_iter().chain(quoted).chain(twice));
    all
}

#[test]
fn an_encoded_key_is_not_a_secret() {
    let jwk = fixture!("p256.public.jwk");
    let ssh = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGVoFQGrHAuM me@example";
    let mut keys =
        vec![jwk.as_bytes().to_vec(), format!("{{\"keys\":[{jwk}]}}").into_bytes(), ssh.as_bytes().to_vec()];
    for pem in [
        fixture!("rsa-2048.public.pem"),
        fixture!("p256.public.pem"),
        fixture!("rsa-2048.pkcs1.public.pem"),
        fixture!("p256.certificate.pem"),
        fixture!("p384.private.pem"),
    ] {
        keys.extend([pem.as_bytes().to_vec(), unwrapped(pem)]);
    }
    for key in keys {
        for text in encoded(&key) {
            for (algorithm, _) in LEAST {
                refused(VerifyingKey::secret(algorithm, text.as_str()), KeyErrorKind::NotASecret, "a key in");
                refused(SigningKey::secret(algorithm, text.as_str()), KeyErrorKind::NotASecret, "a key in");
            }
        }
    }
    // The second word of the line of an SSH key.
    let word = "AAAAC3NzaC1lZDI1NTE5AAAAIGVoFQGrHAuMAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    refused(VerifyingKey::secret(Algorithm::Hs256, word), KeyErrorKind::NotASecret, "a key in base64");
}

#[test]
fn an_encoded_secret_that_others_guess_is_refused() {
    for secret in [
        &b"your-256-bit-secret-your-256-bit-secret"[..],
        b"change-me-change-me-change-me-change-me",
        b"a-string-secret-at-least-256-bits-long",
    ] {
        for text in encoded(secret).into_iter().take(7) {
            refused(VerifyingKey::secret(Algorithm::Hs256, text), KeyErrorKind::Weak, "guess");
        }
    }
}

#[test]
fn an_encoded_random_secret_is_a_secret() {
    for _ in 0..200 {
        let mut bytes = [0; 66];
        crate::random::fill(&mut bytes).unwrap();
        for text in encoded(&bytes) {
            assert!(VerifyingKey::secret(Algorithm::Hs512, text).is_ok());
        }
    }
}

/// 32 letters of these, from a generator with a fixed seed (SplitMix64).
fn random_text(alphabet: &[u8], seed: &mut u64) -> String {
    let mut next = || {
        *seed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (*seed ^ (*seed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    };
    (0..32).map(|_| char::from(alphabet[usize::try_from(next() % alphabet.len() as u64).unwrap()])).collect()
}

#[test]
fn a_random_secret_of_any_alphabet_is_a_secret() {
    const ALPHANUMERIC: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    let mut seed = 1;
    let printable: String = ('!'..='~').collect();
    for alphabet in [
        "0123456789",
        "0123456789abcdef",
        "0123456789ABCDEF",
        "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567",
        "abcdefghijklmnopqrstuvwxyz234567",
        ALPHANUMERIC,
        &format!("{ALPHANUMERIC}+/"),
        &format!("{ALPHANUMERIC}-_"),
        &printable,
    ] {
        let texts = (0..5_000).map(|_| random_text(alphabet.as_bytes(), &mut seed));
        let loaded = |text: &String| VerifyingKey::secret(Algorithm::Hs256, text.as_str());
        let refused: Vec<_> = texts.filter_map(|text| loaded(&text).err().map(|why| (text, why))).collect();
        assert!(refused.is_empty(), "{} of {alphabet}: {:?}", refused.len(), refused.first());
    }
}

#[test]
fn a_short_text_that_others_guess_is_refused_in_hexadecimal_digits() {
    for text in
        ["changeme-changeme", "password12345678", "your-secret-token", "secretkey!!!!!!!", "0000000000000000"]
    {
        let hex: String = text.bytes().map(|byte| format!("{byte:02x}")).collect();
        refused(VerifyingKey::secret(Algorithm::Hs256, hex), KeyErrorKind::Weak, "guess");
    }
}

#[test]
fn a_random_secret_may_begin_like_json_or_der() {
    for start in ["{", "[", "0", "ssh"] {
        let secret = format!("{start}kM3!vQ0^dJ8@xN5&rT2*wB7(zL4)hF9-cG1_");
        assert!(VerifyingKey::secret(Algorithm::Hs256, secret).is_ok(), "{start}");
    }
}

#[test]
fn a_secret_serves_no_other_family() {
    for algorithm in
        [Algorithm::Rs256, Algorithm::Ps512, Algorithm::Es256, Algorithm::Es384, Algorithm::EdDsa]
    {
        refused(VerifyingKey::secret(algorithm, secret(7)), KeyErrorKind::Mismatch, "not a shared secret");
    }
}

#[test]
fn a_public_key_serves_no_hmac() {
    for (algorithm, _) in LEAST {
        refused(
            VerifyingKey::pem(algorithm, fixture!("rsa-2048.public.pem")),
            KeyErrorKind::Mismatch,
            "needs a shared secret",
        );
    }
}
