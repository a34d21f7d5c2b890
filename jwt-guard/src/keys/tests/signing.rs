//! Private keys: every form of every kind signs; anything else, or a damaged key, is refused by name.

use serde_json::json;

use super::super::{SigningKey, backend};
use super::{
    Algorithm, GOOD, KeyErrorKind, VerifyingKey, base64url, changed, fixture, member, refused, secret,
    unwrapped, wrapped,
};

const MESSAGE: &[u8] = b"eyJhbGciOiJ4In0.eyJzdWIiOiJhIn0";

/// The good private keys in PKCS#8, in the order of [`GOOD`].
const PRIVATE: [&str; 4] = [
    fixture!("rsa-2048.private.pem"),
    fixture!("p256.private.pem"),
    fixture!("p384.private.pem"),
    fixture!("ed25519.private.pem"),
];

/// The same keys as JWKs. The RSA key has no `alg`.
const JWKS: [&str; 4] = [
    fixture!("rsa-2048.private.jwk"),
    fixture!("p256.private.jwk"),
    fixture!("p384.private.jwk"),
    fixture!("ed25519.private.jwk"),
];

/// Asserts that `public` verifies the signatures of `key`.
#[track_caller]
fn signs_for(key: &SigningKey, public: &VerifyingKey) {
    let signature = backend::sign(key, MESSAGE).unwrap();
    assert_eq!(backend::verify(public, MESSAGE, signature.as_bytes()), Ok(()), "{key:?}");
    assert_eq!(backend::verify(&key.verifying_key(), MESSAGE, signature.as_bytes()), Ok(()), "{key:?}");
    assert!(backend::verify(public, b"another", signature.as_bytes()).is_err(), "{key:?}");
}

#[test]
fn every_algorithm_signs_with_a_key_in_every_form() {
    for ((public, algorithms), (private, jwk)) in GOOD.iter().zip(PRIVATE.iter().zip(JWKS)) {
        for &algorithm in *algorithms {
            let public = VerifyingKey::pem(algorithm, public).unwrap();
            signs_for(&SigningKey::pem(algorithm, private).unwrap(), &public);
            signs_for(&SigningKey::der(algorithm, &unwrapped(private)).unwrap(), &public);
            let jwk = changed(jwk, &json!({"alg": algorithm.name(), "kid": "a"}));
            let key = SigningKey::jwk(&jwk).unwrap();
            assert_eq!((key.algorithm(), key.id()), (algorithm, Some("a")));
            signs_for(&key, &public);
        }
    }
    for algorithm in [Algorithm::Hs256, Algorithm::Hs384, Algorithm::Hs512] {
        let key = SigningKey::secret(algorithm, secret(7)).unwrap();
        signs_for(&key, &VerifyingKey::secret(algorithm, secret(7)).unwrap());
        let jwk = json!({"kty": "oct", "alg": algorithm.name(), "k": base64url(&secret(7))}).to_string();
        signs_for(&SigningKey::jwk(&jwk).unwrap(), &key.verifying_key());
    }
}

#[test]
fn the_older_forms_sign_too() {
    let rsa = fixture!("rsa-2048.pkcs1.private.pem");
    let public = VerifyingKey::pem(Algorithm::Rs256, GOOD[0].0).unwrap();
    signs_for(&SigningKey::pem(Algorithm::Rs256, rsa).unwrap(), &public);
    signs_for(&SigningKey::der(Algorithm::Rs256, &unwrapped(rsa)).unwrap(), &public);
    // With the block `EC PARAMETERS` before the key, as OpenSSL writes it.
    let ec = fixture!("p256.sec1.private.pem");
    let public = VerifyingKey::pem(Algorithm::Es256, GOOD[1].0).unwrap();
    signs_for(&SigningKey::pem(Algorithm::Es256, ec).unwrap(), &public);
    signs_for(&SigningKey::der(Algorithm::Es256, &unwrapped(ec)).unwrap(), &public);
}

#[test]
fn the_second_version_of_pkcs8_is_read_with_its_public_half() {
    let (seed, public) = (member(JWKS[3], "d"), VerifyingKey::pem(Algorithm::EdDsa, GOOD[3].0).unwrap());
    let mut der = vec![0x30, 81, 2, 1, 1, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 34, 4, 32];
    der.extend(&seed);
    der.extend([0x81, 33, 0]);
    der.extend(member(JWKS[3], "x"));
    signs_for(&SigningKey::der(Algorithm::EdDsa, &der).unwrap(), &public);
    *der.last_mut().unwrap() ^= 1;
    refused(SigningKey::der(Algorithm::EdDsa, &der), KeyErrorKind::Malformed, "do not belong together");
}

#[test]
fn the_public_half_keeps_id_and_algorithm_and_verifies_nothing_else() {
    let key = SigningKey::pem(Algorithm::Es256, PRIVATE[1]).unwrap().with_id("2026");
    assert_eq!((key.id(), key.algorithm()), (Some("2026"), Algorithm::Es256));
    assert_eq!(key.verifying_key().id(), Some("2026"));
    let other = SigningKey::jwk(RFC_7515_A3).unwrap();
    let signature = backend::sign(&key, MESSAGE).unwrap();
    assert!(backend::verify(&other.verifying_key(), MESSAGE, signature.as_bytes()).is_err());
}

/// RFC 7515 appendix A.3.1.
const RFC_7515_A3: &str = r#"{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
    "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0","d":"jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"}"#;

#[test]
fn a_key_of_another_kind_is_refused() {
    for (private, (_, own)) in PRIVATE.iter().zip(GOOD) {
        for (_, others) in GOOD.iter().filter(|(_, others)| *others != own) {
            for &algorithm in *others {
                refused(SigningKey::pem(algorithm, private), KeyErrorKind::Mismatch, "needs a");
            }
        }
        refused(SigningKey::pem(Algorithm::Hs256, private), KeyErrorKind::Mismatch, "a shared secret");
    }
    refused(SigningKey::secret(Algorithm::EdDsa, secret(7)), KeyErrorKind::Mismatch, "Ed25519");
    let jwk = changed(JWKS[1], &json!({"alg": "ES384"}));
    refused(SigningKey::jwk(&jwk), KeyErrorKind::Mismatch, "ES384");
}

#[test]
fn a_public_key_is_refused_in_every_form() {
    for pem in
        [fixture!("rsa-2048.public.pem"), fixture!("rsa-2048.pkcs1.public.pem"), fixture!("p256.public.pem")]
    {
        refused(SigningKey::pem(Algorithm::Rs256, pem), KeyErrorKind::PublicKey, "the private key is needed");
        let der = unwrapped(pem);
        refused(
            SigningKey::der(Algorithm::Rs256, &der),
            KeyErrorKind::PublicKey,
            "the private key is needed",
        );
    }
    for jwk in
        [fixture!("rsa-2048.public.jwk"), fixture!("p256.public.jwk"), r#"{"kty":"oct","alg":"HS256"}"#]
    {
        refused(SigningKey::jwk(jwk), KeyErrorKind::PublicKey, "the private key is needed");
    }
}

#[test]
fn an_encrypted_key_is_refused_with_the_command_that_helps() {
    let pem = fixture!("rsa-2048.encrypted.private.pem");
    refused(SigningKey::pem(Algorithm::Rs256, pem), KeyErrorKind::Unsupported, "openssl pkey -in");
    refused(SigningKey::der(Algorithm::Rs256, &unwrapped(pem)), KeyErrorKind::Unsupported, "encrypted");
    let old = "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nAAAA\n\
               -----END RSA PRIVATE KEY-----\n";
    refused(SigningKey::pem(Algorithm::Rs256, old), KeyErrorKind::Unsupported, "openssl pkey -in");
}

#[test]
fn what_is_not_a_private_key_is_refused_by_name() {
    let certificate = fixture!("p256.certificate.pem");
    refused(SigningKey::pem(Algorithm::Es256, certificate), KeyErrorKind::Unsupported, "certificate");
    refused(
        SigningKey::der(Algorithm::Es256, &unwrapped(certificate)),
        KeyErrorKind::Unsupported,
        "certificate",
    );
    for (pem, kind, part) in [
        (wrapped("OPENSSH PRIVATE KEY", b"x"), KeyErrorKind::Unsupported, "OpenSSH"),
        (wrapped("DSA PRIVATE KEY", b"x"), KeyErrorKind::Unsupported, "DSA PRIVATE KEY"),
        (String::new(), KeyErrorKind::Malformed, "empty"),
        ("{}".to_owned(), KeyErrorKind::Malformed, "SigningKey::jwk"),
        ("hello".to_owned(), KeyErrorKind::Malformed, "BEGIN PRIVATE KEY"),
        (format!("{}{}", PRIVATE[1], PRIVATE[2]), KeyErrorKind::Malformed, "2 blocks"),
        (PRIVATE[1].replace("END PRIVATE", "END PUBLIC"), KeyErrorKind::Malformed, "damaged"),
        (PRIVATE[1].replace("-----END PRIVATE KEY-----", ""), KeyErrorKind::Malformed, "damaged"),
        (PRIVATE[1].replace("\nM", "\n*"), KeyErrorKind::Malformed, "damaged"),
        (wrapped("PRIVATE KEY", b"x"), KeyErrorKind::Malformed, "PKCS#8"),
        // The label and the structure name two forms.
        (wrapped("RSA PRIVATE KEY", &unwrapped(PRIVATE[0])), KeyErrorKind::Malformed, "PKCS#1"),
        (
            wrapped("PRIVATE KEY", &unwrapped(fixture!("p256.sec1.private.pem"))),
            KeyErrorKind::Malformed,
            "PKCS#8",
        ),
    ] {
        refused(SigningKey::pem(Algorithm::Es256, pem), kind, part);
    }
    refused(
        SigningKey::pem(Algorithm::Es256, unwrapped(PRIVATE[1])),
        KeyErrorKind::Malformed,
        "SigningKey::der",
    );
    refused(SigningKey::der(Algorithm::Es256, b"x"), KeyErrorKind::Malformed, "in DER");
    let mut rest = unwrapped(PRIVATE[1]);
    rest.push(0);
    refused(SigningKey::der(Algorithm::Es256, &rest), KeyErrorKind::Malformed, "in DER");
}

#[test]
fn a_damaged_der_is_refused_wherever_it_is_cut() {
    for (pem, algorithm) in
        PRIVATE.iter().zip([Algorithm::Rs256, Algorithm::Es256, Algorithm::Es384, Algorithm::EdDsa])
    {
        let der = unwrapped(pem);
        for length in 0..der.len() {
            assert!(SigningKey::der(algorithm, &der[..length]).is_err(), "{algorithm} {length}");
        }
    }
}

#[test]
fn a_key_without_an_algorithm_is_refused_by_name() {
    // The object identifiers of X25519 and Ed448 in place of Ed25519.
    for (last, part) in [(0x6e, "X25519"), (0x71, "Ed448")] {
        let mut der = unwrapped(PRIVATE[3]);
        der[11] = last;
        refused(SigningKey::der(Algorithm::EdDsa, &der), KeyErrorKind::Unsupported, part);
    }
    let jwk = changed(JWKS[1], &json!({"crv": "P-521"}));
    refused(SigningKey::jwk(&jwk), KeyErrorKind::Unsupported, "P-521");
    refused(SigningKey::jwk(JWKS[0]), KeyErrorKind::AlgorithmUndetermined, "add `alg`");
}

#[test]
fn a_weak_key_is_refused() {
    refused(SigningKey::secret(Algorithm::Hs256, [7; 31]), KeyErrorKind::Weak, "at least 32 bytes");
    refused(SigningKey::secret(Algorithm::Hs256, PRIVATE[1]), KeyErrorKind::NotASecret, "PEM");
    let small = base64url(&member(fixture!("rsa-1024.public.jwk"), "n"));
    let jwk = changed(JWKS[0], &json!({"alg": "RS256", "n": small}));
    refused(SigningKey::jwk(&jwk), KeyErrorKind::Weak, "1024 bits");
}

#[test]
fn halves_that_do_not_belong_together_are_refused() {
    let other = |name: &str| base64url(&member(RFC_7515_A3, name));
    let ec = [json!({"d": other("d")}), json!({"x": other("x"), "y": other("y")})];
    for changes in ec {
        refused(
            SigningKey::jwk(&changed(JWKS[1], &changes)),
            KeyErrorKind::Malformed,
            "do not belong together",
        );
    }
    let jwk = changed(JWKS[3], &json!({"x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}));
    refused(SigningKey::jwk(&jwk), KeyErrorKind::Malformed, "do not belong together");

    // The last byte is the end of the point that the text gives.
    let mut der = unwrapped(PRIVATE[1]);
    *der.last_mut().unwrap() ^= 1;
    refused(SigningKey::der(Algorithm::Es256, &der), KeyErrorKind::Malformed, "do not belong together");
}

#[test]
fn an_rsa_key_that_cannot_sign_is_refused() {
    let jwk = changed(JWKS[0], &json!({"alg": "RS256"}));
    let mut modulus = member(&jwk, "n");
    modulus[100] ^= 4;
    for changes in [
        json!({"n": base64url(&modulus)}),
        json!({"d": base64url(&[1; 256])}),
        json!({"p": base64url(&[1; 128])}),
        json!({"e": "AAAAAw"}),
    ] {
        assert!(SigningKey::jwk(&changed(&jwk, &changes)).is_err(), "{changes}");
    }
    for name in ["p", "q", "dp", "dq", "qi", "n", "e"] {
        let part = format!("`{name}` is missing");
        refused(SigningKey::jwk(&changed(&jwk, &json!({name: null}))), KeyErrorKind::Malformed, &part);
    }
    let jwk = changed(&jwk, &json!({"oth": []}));
    refused(SigningKey::jwk(&jwk), KeyErrorKind::Unsupported, "two primes");
}

#[test]
fn a_number_out_of_range_is_refused() {
    for d in [vec![0; 32], vec![0xff; 32], vec![7; 31], vec![7; 33]] {
        let jwk = changed(JWKS[1], &json!({"d": base64url(&d)}));
        assert!(SigningKey::jwk(&jwk).is_err(), "{d:?}");
    }
    let jwk = changed(JWKS[3], &json!({"d": base64url(&[7; 31])}));
    refused(SigningKey::jwk(&jwk), KeyErrorKind::Malformed, "exactly 32");
}

#[test]
fn a_key_for_something_else_is_refused() {
    for changes in [json!({"use": "enc"}), json!({"key_ops": ["verify"]}), json!({"key_ops": []})] {
        refused(SigningKey::jwk(&changed(JWKS[1], &changes)), KeyErrorKind::NotForSignatures, "key");
    }
    let jwk = changed(JWKS[1], &json!({"use": "sig", "key_ops": ["sign"]}));
    assert!(SigningKey::jwk(&jwk).is_ok());
}

#[test]
fn nothing_of_a_key_is_shown() {
    let key =
        SigningKey::secret(Algorithm::Hs256, "a secret of more than 32 bytes, hunter2").unwrap().with_id("a");
    assert_eq!(format!("{key:?}"), r#"SigningKey { algorithm: Hs256, id: Some("a"), .. }"#);
    let text = "hunter2hunter2hunter2hunter2hunter2";
    let errors = [
        SigningKey::secret(Algorithm::Rs256, text).unwrap_err(),
        SigningKey::pem(Algorithm::Es256, text).unwrap_err(),
        SigningKey::pem(
            Algorithm::Es256,
            format!("-----BEGIN PRIVATE KEY-----\n{text}\n-----END PRIVATE KEY-----"),
        )
        .unwrap_err(),
        SigningKey::der(Algorithm::Es256, text.as_bytes()).unwrap_err(),
        SigningKey::jwk(text).unwrap_err(),
        SigningKey::jwk(&format!(r#"{{"kty":"oct","alg":"HS256","k":"{text}+"}}"#)).unwrap_err(),
        SigningKey::jwk(&format!(r#"{{"kty":"oct","alg":"HS256","k":"{text}","k":"{text}"}}"#)).unwrap_err(),
        SigningKey::jwk(&changed(JWKS[1], &json!({"d": text}))).unwrap_err(),
    ];
    for error in errors {
        let mut shown = format!("{error} {error:?} {error:#?}");
        let mut cause = std::error::Error::source(&error);
        while let Some(error) = cause {
            shown.push_str(&format!("{error} {error:?}"));
            cause = error.source();
        }
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}
