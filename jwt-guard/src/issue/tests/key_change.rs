//! A new signing key beside the old verifying keys: no valid token is refused.

use super::*;

fn with_key(algorithm: Algorithm, secret: u8, id: &str) -> TokenIssuer {
    let key = SigningKey::secret(algorithm, crate::keys::tests::secret(secret)).unwrap().with_id(id);
    TokenIssuer::builder(key)
        .issuer("https://id.example")
        .audience("orders")
        .clock(ManualClock::new())
        .build()
        .unwrap()
}

#[test]
fn old_tokens_keep_working_after_the_key_was_changed() {
    let (old, new) = (with_key(Algorithm::Hs256, 1, "2025"), with_key(Algorithm::Hs256, 2, "2026"));
    let tokens = [old.access("alice").sign().unwrap(), new.access("alice").sign().unwrap()];
    let rules = || rules(TokenProfile::AccessToken);
    let mut verifier = of_keys(rules(), KeySet::new([new.verifying_key(), old.verifying_key()]).unwrap());
    for token in &tokens {
        assert!(verifier.verify(token.as_str().as_bytes()).is_ok());
    }
    // When the last old token has expired, the old key goes; until then a token of it is refused only by name.
    verifier = of_keys(rules(), KeySet::new([new.verifying_key()]).unwrap());
    assert!(verifier.verify(tokens[0].as_str().as_bytes()).is_err());
    assert!(verifier.verify(tokens[1].as_str().as_bytes()).is_ok());
}

#[test]
fn a_key_is_chosen_by_its_name_and_not_tried() {
    let (one, other) = (with_key(Algorithm::Hs256, 1, "a"), with_key(Algorithm::Hs256, 1, "b"));
    let forged = with_key(Algorithm::Hs256, 2, "a").access("alice").sign().unwrap();
    let verifier = of_keys(
        rules(TokenProfile::AccessToken),
        KeySet::new([one.verifying_key(), with_key(Algorithm::Hs256, 2, "b").verifying_key()]).unwrap(),
    );
    assert!(verifier.verify(one.access("alice").sign().unwrap().as_str().as_bytes()).is_ok());
    for token in [forged, other.access("alice").sign().unwrap()] {
        let failure = verifier.verify(token.as_str().as_bytes()).err().unwrap();
        assert_eq!(failure, VerifyError::BadSignature);
    }
}

#[test]
fn the_algorithm_can_change_with_the_key() {
    let (old, new) = (with_key(Algorithm::Hs256, 1, "2025"), with_key(Algorithm::Hs512, 2, "2026"));
    let keys = KeySet::new([new.verifying_key(), old.verifying_key()]).unwrap();
    let verifier = of_keys(rules(refresh_profile()), keys).of_refresh_tokens();
    for issuer in [&old, &new] {
        let token = issuer.refresh("alice").sign().unwrap();
        let verified = verifier.verify(token.as_str().as_bytes()).unwrap().into_identity();
        // The refresh token of the old key is renewed by the new one.
        assert!(new.renew_verified(&*verified).is_ok());
    }
}
