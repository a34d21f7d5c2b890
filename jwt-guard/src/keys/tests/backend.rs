//! E1: the backend verifies good signatures only, without a process-wide provider.

use jsonwebtoken::EncodingKey;
use jsonwebtoken::crypto::CryptoProvider;

use super::super::backend::{BadSignature, CannotSign, NAME, choose_for_the_process, self_test, verify};
use super::{Algorithm, GOOD, VerifyingKey, base64url, fixture, secret, unwrapped};

#[cfg(feature = "aws-lc-rs")]
pub(crate) fn provider() -> &'static CryptoProvider {
    &jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER
}

#[cfg(not(feature = "aws-lc-rs"))]
pub(crate) fn provider() -> &'static CryptoProvider {
    &jsonwebtoken::crypto::rust_crypto::DEFAULT_PROVIDER
}

const MESSAGE: &[u8] = b"eyJhbGciOiJ4In0.eyJzdWIiOiJhIn0";
const SECRET: [u8; 64] = secret(7);

/// The key for every algorithm, and a good signature over [`MESSAGE`] in bytes.
fn signed() -> Vec<(VerifyingKey, Vec<u8>)> {
    let signed = |algorithm: Algorithm, key: &EncodingKey| {
        let name = algorithm.name().parse().unwrap();
        (provider().signer_factory)(&name, key).unwrap().sign(MESSAGE)
    };
    let hmac = [Algorithm::Hs256, Algorithm::Hs384, Algorithm::Hs512].map(|algorithm| {
        let key = VerifyingKey::secret(algorithm, SECRET).unwrap();
        (key, signed(algorithm, &EncodingKey::from_secret(&SECRET).unwrap()))
    });
    let private = [
        EncodingKey::from_rsa_der(&unwrapped(fixture!("rsa-2048.pkcs1.private.pem"))),
        EncodingKey::from_ec_der(&unwrapped(fixture!("p256.private.pem"))),
        EncodingKey::from_ec_der(&unwrapped(fixture!("p384.private.pem"))),
        EncodingKey::from_ed_der(&unwrapped(fixture!("ed25519.private.pem"))),
    ];
    let asymmetric = GOOD.iter().zip(&private).flat_map(|((pem, algorithms), private)| {
        algorithms
            .iter()
            .map(move |&algorithm| (VerifyingKey::pem(algorithm, pem).unwrap(), signed(algorithm, private)))
    });
    hmac.into_iter().chain(asymmetric).collect()
}

#[test]
fn a_good_signature_verifies_for_every_algorithm() {
    let signed = signed();
    assert_eq!(signed.len(), 12);
    for (key, signature) in signed {
        assert_eq!(verify(&key, MESSAGE, base64url(&signature).as_bytes()), Ok(()), "{key:?}");
    }
}

#[test]
fn a_signature_verifies_with_its_own_key_and_algorithm_only() {
    let signed = signed();
    for (maker, signature) in &signed {
        for (key, _) in signed.iter().filter(|(key, _)| key.algorithm() != maker.algorithm()) {
            assert_eq!(
                verify(key, MESSAGE, base64url(signature).as_bytes()),
                Err(BadSignature),
                "{maker:?} {key:?}"
            );
        }
    }
}

#[test]
fn an_altered_message_or_signature_is_refused() {
    for (key, signature) in signed() {
        assert_eq!(verify(&key, &MESSAGE[1..], base64url(&signature).as_bytes()), Err(BadSignature));
        assert_eq!(verify(&key, b"", base64url(&signature).as_bytes()), Err(BadSignature));
        for place in [0, signature.len() / 2, signature.len() - 1] {
            let mut altered = signature.clone();
            altered[place] ^= 1;
            assert_eq!(verify(&key, MESSAGE, base64url(&altered).as_bytes()), Err(BadSignature), "{key:?}");
        }
        for length in [0, 1, signature.len() - 1] {
            assert_eq!(
                verify(&key, MESSAGE, base64url(&signature[..length]).as_bytes()),
                Err(BadSignature),
                "{key:?}"
            );
        }
        for longer in
            [[&signature[..], &[0]].concat(), [&[0], &signature[..]].concat(), vec![0; signature.len()]]
        {
            assert_eq!(verify(&key, MESSAGE, base64url(&longer).as_bytes()), Err(BadSignature), "{key:?}");
        }
        assert_eq!(
            verify(&key, MESSAGE, base64url(&vec![0xff; 8192]).as_bytes()),
            Err(BadSignature),
            "{key:?}"
        );
    }
}

#[test]
fn a_signature_has_one_spelling() {
    for (key, signature) in signed() {
        let text = base64url(&signature);
        let mut others =
            vec![format!("{text}="), format!("{text}=="), format!(" {text}"), format!("{text}\n")];
        if text.contains(['-', '_']) {
            others.push(text.replace('-', "+").replace('_', "/"));
        }
        if signature.len() % 3 != 0 {
            let stray = char::from(text.as_bytes()[text.len() - 1] + 1);
            others.push(format!("{}{stray}", &text[..text.len() - 1]));
        }
        for other in others {
            assert_eq!(verify(&key, MESSAGE, other.as_bytes()), Err(BadSignature), "{key:?} {other}");
        }
    }
}

#[test]
fn a_public_key_does_not_verify_what_was_made_with_it_as_secret() {
    let pem = fixture!("rsa-2048.public.pem");
    let key = VerifyingKey::pem(Algorithm::Rs256, pem).unwrap();
    for secret in [pem.as_bytes().to_vec(), unwrapped(pem)] {
        let secret = EncodingKey::from_secret(&secret).unwrap();
        let signer = (provider().signer_factory)(&jsonwebtoken::Algorithm::HS256, &secret);
        assert_eq!(
            verify(&key, MESSAGE, base64url(&signer.unwrap().sign(MESSAGE)).as_bytes()),
            Err(BadSignature)
        );
    }
}

#[test]
fn a_key_verifies_alike_from_pem_pkcs1_and_jwk() {
    let algorithm = Algorithm::Rs256;
    let (_, signature) = signed().into_iter().find(|(key, _)| key.algorithm() == algorithm).unwrap();
    for key in [
        VerifyingKey::pem(algorithm, fixture!("rsa-2048.public.pem")),
        VerifyingKey::pem(algorithm, fixture!("rsa-2048.pkcs1.public.pem")),
        VerifyingKey::jwk(fixture!("rsa-2048.public.jwk"), &[algorithm]),
    ] {
        assert_eq!(verify(&key.unwrap(), MESSAGE, base64url(&signature).as_bytes()), Ok(()));
    }
}

#[test]
fn the_self_test_passes() {
    assert_eq!(self_test(), Ok(()));
}

#[test]
fn the_process_has_a_provider_once_the_backend_is_chosen() {
    // With both backends compiled in, jsonwebtoken chooses none by itself.
    choose_for_the_process();
    assert!(CryptoProvider::try_get_default().is_some());
}

#[cfg(feature = "testing")]
#[test]
fn a_forged_hmac_is_a_real_one() {
    let key = VerifyingKey::secret(Algorithm::Hs256, SECRET).unwrap();
    let forged = |secret: &[u8]| super::super::backend::sign_by_hmac(secret, MESSAGE).unwrap();
    assert_eq!(verify(&key, MESSAGE, forged(&SECRET).as_bytes()), Ok(()));
    assert_eq!(verify(&key, MESSAGE, forged(b"public").as_bytes()), Err(BadSignature));
}

#[test]
fn what_the_backend_refuses_names_it() {
    assert_eq!(CannotSign.to_string(), format!("the crypto backend `{NAME}` cannot sign"));
    let mut off_the_curve = unwrapped(fixture!("p256.public.pem"));
    *off_the_curve.last_mut().unwrap() ^= 1;
    let error = VerifyingKey::der(Algorithm::Es256, &off_the_curve).unwrap_err();
    let cause = std::error::Error::source(&error).unwrap();
    assert_eq!(cause.to_string(), format!("the crypto backend `{NAME}` refuses the key"));
}
