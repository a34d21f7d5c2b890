//! C5: exactly one key answers for a token, and one bad key is not an outage.

use serde_json::json;

use super::super::key_set::{KeySet, SelectError};
use super::{Algorithm, KeyErrorKind, VerifyingKey, base64url, changed, fixture, refused};

const P256: &str = fixture!("p256.public.jwk");

/// Another key on that curve (RFC 7515 appendix A.3).
const RFC_7515: &str = r#"{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#;

fn secret(algorithm: Algorithm, id: Option<&str>) -> VerifyingKey {
    let key = VerifyingKey::secret(algorithm, super::secret(7)).unwrap();
    match id {
        Some(id) => key.with_id(id),
        None => key,
    }
}

/// Another one for HS256.
fn other_secret(id: &str) -> VerifyingKey {
    VerifyingKey::secret(Algorithm::Hs256, super::secret(8)).unwrap().with_id(id)
}

fn p256(id: &str) -> String {
    changed(P256, &json!({ "kid": id }))
}

fn set(keys: &[&str]) -> String {
    format!(r#"{{"keys":[{}]}}"#, keys.join(","))
}

#[track_caller]
fn selected(set: &KeySet, kid: Option<&str>, algorithm: Algorithm) -> Result<Option<String>, SelectError> {
    set.select(kid, algorithm).map(|key| {
        assert_eq!(key.algorithm(), algorithm);
        key.id().map(str::to_owned)
    })
}

#[test]
fn a_token_gets_the_key_it_names() {
    use Algorithm::{Hs256, Hs384, Hs512};
    let set = KeySet::new([
        secret(Hs256, Some("a")),
        secret(Hs256, Some("b")),
        secret(Hs384, Some("b")),
        secret(Hs512, None),
    ])
    .unwrap();
    assert_eq!(selected(&set, Some("a"), Hs256), Ok(Some("a".to_owned())));
    assert_eq!(selected(&set, Some("b"), Hs256), Ok(Some("b".to_owned())));
    assert_eq!(selected(&set, Some("b"), Hs384), Ok(Some("b".to_owned())));
}

#[test]
fn the_named_key_never_serves_another_algorithm() {
    use Algorithm::{Hs256, Hs512};
    let set = KeySet::new([secret(Hs256, Some("a")), secret(Hs512, None), secret(Hs512, Some("b"))]).unwrap();
    assert_eq!(selected(&set, Some("a"), Hs512), Err(SelectError::AlgorithmNotAllowed));
}

#[test]
fn an_unknown_kid_is_told_apart_and_compared_exactly() {
    use Algorithm::{Hs256, Rs256};
    let set = KeySet::new([secret(Hs256, Some("a"))]).unwrap();
    for kid in ["", "A", "a ", "ab", "../a"] {
        assert_eq!(selected(&set, Some(kid), Hs256), Err(SelectError::UnknownKey), "{kid:?}");
    }
    assert_eq!(selected(&set, Some("b"), Rs256), Err(SelectError::UnknownKey));
}

#[test]
fn a_named_kid_never_falls_to_a_key_without_id() {
    use Algorithm::{Es256, Hs256};
    let unnamed = VerifyingKey::jwk(P256, &[]).unwrap();
    let alone = KeySet::new([secret(Hs256, None), unnamed.clone()]).unwrap();
    let beside = KeySet::new([secret(Hs256, None), other_secret("a"), unnamed]).unwrap();
    let published = KeySet::published(&set(&[P256]), &[]).unwrap();
    for set in [&alone, &beside, &published] {
        for kid in ["x", "", "A"] {
            assert_eq!(selected(set, Some(kid), Hs256), Err(SelectError::UnknownKey), "{kid:?}");
            assert_eq!(selected(set, Some(kid), Es256), Err(SelectError::UnknownKey), "{kid:?}");
        }
    }
    assert_eq!(selected(&beside, Some("a"), Hs256), Ok(Some("a".to_owned())));
}

#[test]
fn a_public_key_answers_to_its_thumbprint_with_an_id_or_without() {
    use Algorithm::{Es256, Es384};
    let key = VerifyingKey::jwk(P256, &[]).unwrap();
    let thumbprint = key.thumbprint().unwrap();
    let other = VerifyingKey::jwk(fixture!("p384.public.jwk"), &[]).unwrap();
    for key in [key.clone(), key.clone().with_id("a")] {
        let set = KeySet::new([other.clone(), key]).unwrap();
        assert_eq!(set.select(Some(&thumbprint), Es256).unwrap().algorithm(), Es256);
        assert_eq!(selected(&set, Some(&thumbprint), Es384), Err(SelectError::AlgorithmNotAllowed));
        assert_eq!(selected(&set, Some(&thumbprint[1..]), Es256), Err(SelectError::UnknownKey));
    }
    // Under two ids it is still one key.
    let twice = KeySet::new([key.clone().with_id("a"), key.clone().with_id("b")]).unwrap();
    assert_eq!(selected(&twice, Some(&thumbprint), Es256), Ok(Some("a".to_owned())));
    // An id comes before a thumbprint.
    let stolen = VerifyingKey::jwk(RFC_7515, &[]).unwrap().with_id(thumbprint.as_str());
    let set = KeySet::new([key, stolen.clone()]).unwrap();
    assert!(set.select(Some(&thumbprint), Es256).unwrap().is_same(&stolen));
}

#[test]
fn a_token_without_kid_gets_the_key_without_id_or_the_only_one() {
    use Algorithm::{Es256, Hs256, Hs384, Hs512};
    let keys = [secret(Hs256, Some("a")), secret(Hs384, Some("b")), secret(Hs384, None)];
    let set = KeySet::new(keys).unwrap();
    assert_eq!(selected(&set, None, Hs256), Ok(Some("a".to_owned())));
    assert_eq!(selected(&set, None, Hs384), Ok(None));
    assert_eq!(selected(&set, None, Hs512), Err(SelectError::AlgorithmNotAllowed));
    let named = KeySet::new([secret(Hs256, Some("a")), secret(Hs256, Some("b"))]).unwrap();
    assert_eq!(selected(&named, None, Hs256), Err(SelectError::Ambiguous));
    let pairs = [P256, RFC_7515].map(|jwk| VerifyingKey::jwk(jwk, &[]).unwrap());
    assert_eq!(selected(&KeySet::new(pairs).unwrap(), None, Es256), Err(SelectError::Ambiguous));
}

#[test]
fn two_secrets_of_one_algorithm_without_id_are_refused_with_the_fix() {
    use Algorithm::{Hs256, Hs384};
    let other = || VerifyingKey::secret(Hs256, super::secret(8)).unwrap();
    let two = KeySet::new([secret(Hs256, None), other()]);
    refused(two, KeyErrorKind::DuplicateId, ".with_id(");
    let oct =
        |number: u8| format!(r#"{{"kty":"oct","alg":"HS256","k":"{}"}}"#, base64url(&super::secret(number)));
    let two = KeySet::from_json(&set(&[&oct(7), &oct(8)]), &[]);
    refused(two, KeyErrorKind::NoUsableKey, "`signing_key_id`");
    assert!(KeySet::new([secret(Hs256, None), other().with_id("new")]).is_ok());
    assert!(KeySet::new([secret(Hs256, None), secret(Hs384, None)]).is_ok());
}

#[test]
fn a_key_that_is_listed_twice_is_one_key() {
    use Algorithm::{Hs256, Rs256};
    let rsa = changed(fixture!("rsa-2048.public.jwk"), &json!({"kid": "r", "alg": "RS256"}));
    let used = changed(&rsa, &json!({"use": "sig", "x5t": "AA"}));
    let ps = changed(&rsa, &json!({"alg": "PS256"}));
    let named = p256("a");
    for (keys, left) in [
        (&[rsa.as_str(), &rsa][..], 1),
        (&[&rsa, &rsa, &used], 1),
        (&[&rsa, &ps], 2),
        (&[&named, &named], 1),
        (&[P256, P256], 1),
        // Two names of one key are two keys.
        (&[P256, &named], 2),
        (&[&p256("b"), &named], 2),
    ] {
        for loaded in [KeySet::published(&set(keys), &[]), KeySet::from_json(&set(keys), &[])] {
            let loaded = loaded.unwrap();
            assert_eq!((loaded.len(), loaded.skipped().len()), (left, 0), "{keys:?}");
        }
    }
    assert!(KeySet::published(&set(&[&rsa, &rsa]), &[]).unwrap().select(Some("r"), Rs256).is_ok());
    let twice =
        KeySet::new([secret(Hs256, Some("a")), secret(Hs256, Some("a")), secret(Hs256, None)]).unwrap();
    assert_eq!(twice.len(), 2);
    assert_eq!(KeySet::new([secret(Hs256, None), secret(Hs256, None)]).unwrap().len(), 1);
}

#[test]
fn two_different_keys_with_one_kid_and_algorithm_are_both_skipped() {
    let double = changed(RFC_7515, &json!({"kid": "a"}));
    let loaded = KeySet::from_json(&set(&[&p256("a"), &p256("b"), &double]), &[]).unwrap();
    assert_eq!(loaded.iter().map(|key| key.id().unwrap()).collect::<Vec<_>>(), ["b"]);
    assert_eq!(loaded.skipped().len(), 2);
    assert!(loaded.skipped().iter().all(|error| error.kind() == KeyErrorKind::DuplicateId));
    assert_eq!(selected(&loaded, Some("a"), Algorithm::Es256), Err(SelectError::UnknownKey));
    refused(KeySet::from_json(&set(&[&p256("a"), &double]), &[]), KeyErrorKind::NoUsableKey, "same id");
}

#[test]
fn a_double_of_a_skipped_key_stays() {
    let unusable = changed(&p256("a"), &json!({"use": "enc"}));
    let loaded = KeySet::from_json(&set(&[&unusable, &p256("a")]), &[]).unwrap();
    assert_eq!((loaded.len(), loaded.skipped().len()), (1, 1));
}

#[test]
fn configured_keys_with_one_id_and_algorithm_are_an_error() {
    use Algorithm::{Hs256, Hs384};
    let twice = [secret(Hs256, Some("a")), secret(Hs384, Some("a")), other_secret("a")];
    refused(KeySet::new(twice), KeyErrorKind::DuplicateId, "key \"a\": another key");
}

#[test]
fn one_bad_key_does_not_spoil_the_others() {
    let repeated = p256("b").replacen('{', r#"{"kid":"b","#, 1);
    let bad = [
        repeated.as_str(),
        r#"{"kty":"EC","kid":1}"#,
        r#"{"kty":"EC","use":null}"#,
        r#"{"kty":"RSA","kid":"r","n":"AQAB","e":"AQAB","alg":"RSA-OAEP","use":"enc"}"#,
        "null",
        "[]",
        "\"key\"",
        "{}",
        fixture!("p521.public.jwk"),
        fixture!("ed25519.private.jwk"),
    ];
    let mut all = vec![fixture!("ed448.public.jwk")];
    all.extend(bad);
    let (good, ed) = (p256("good"), changed(fixture!("ed25519.public.jwk"), &json!({"kid": "ed"})));
    all.extend([good.as_str(), ed.as_str()]);
    let loaded = KeySet::from_json(&set(&all), &[]).unwrap();
    assert_eq!(loaded.iter().map(|key| key.id().unwrap()).collect::<Vec<_>>(), ["good", "ed"]);
    assert_eq!(loaded.skipped().len(), all.len() - 2);
    assert!(
        loaded.skipped()[0].to_string().starts_with("key number 1 of the set: "),
        "{}",
        loaded.skipped()[0]
    );
    assert!(
        loaded.skipped()[1].to_string().starts_with("key number 2 of the set: "),
        "{}",
        loaded.skipped()[1]
    );
    assert!(loaded.skipped()[4].to_string().starts_with("key \"r\": "), "{}", loaded.skipped()[4]);
}

#[test]
fn a_set_without_a_usable_key_names_every_reason() {
    let text = set(&[fixture!("p521.public.jwk"), &changed(&p256("b"), &json!({"use": "enc"}))]);
    let error = KeySet::from_json(&text, &[]).unwrap_err();
    assert_eq!(error.kind(), KeyErrorKind::NoUsableKey);
    for part in ["key number 1 of the set: ", "P-521", "key \"b\": ", "\"enc\""] {
        assert!(error.to_string().contains(part), "{error}");
    }
}

#[test]
fn an_empty_set_is_told_apart() {
    refused(KeySet::from_json(r#"{"keys":[]}"#, &[]), KeyErrorKind::EmptySet, "empty");
    refused(KeySet::new([]), KeyErrorKind::EmptySet, "empty");
}

#[test]
fn what_is_not_a_set_is_refused() {
    let one = p256("a");
    let doubled = format!(r#"{{"keys":[{one}],"keys":[{one}]}}"#);
    let unclosed = format!(r#"{{"keys":[{one}]"#);
    let trailing = format!("{} {{}}", set(&[&one]));
    let list = format!(" [[{one}]]");
    for text in [
        "",
        "[]",
        "{}",
        "null",
        r#"{"keys":{}}"#,
        r#"{"keys":null}"#,
        r#"{"Keys":[]}"#,
        &one,
        &doubled,
        &unclosed,
        &trailing,
        &list,
    ] {
        refused(KeySet::from_json(text, &[]), KeyErrorKind::Malformed, "member `keys` that is a list");
    }
}

#[test]
fn other_members_of_the_set_are_ignored() {
    let text = format!(r#"{{"issuer":"x","keys":[ {} ],"cache":{{"a":[1]}}}}"#, p256("a"));
    assert_eq!(KeySet::from_json(&text, &[]).unwrap().len(), 1);
}

#[test]
fn a_set_has_at_most_100_keys() {
    let keys: Vec<_> = (0..101).map(|index| p256(&index.to_string())).collect();
    let keys: Vec<_> = keys.iter().map(String::as_str).collect();
    refused(KeySet::from_json(&set(&keys), &[]), KeyErrorKind::Unsupported, "at most 100");
    assert_eq!(KeySet::from_json(&set(&keys[..100]), &[]).unwrap().len(), 100);
}

#[test]
fn a_remote_set_gives_no_secret_and_a_local_one_does() {
    let secret = format!(r#"{{"kty":"oct","alg":"HS256","kid":"s","k":"{}"}}"#, base64url(&super::secret(7)));
    let text = set(&[&secret, &p256("a")]);
    assert_eq!(KeySet::from_json(&text, &[]).unwrap().len(), 2);
    let remote = KeySet::published(&text, &[]).unwrap();
    assert_eq!(remote.len(), 1);
    assert_eq!(remote.skipped()[0].kind(), KeyErrorKind::PrivateKey);
    assert_eq!(remote.select(None, Algorithm::Hs256).unwrap_err(), SelectError::AlgorithmNotAllowed);
}

#[test]
fn the_allowed_algorithms_hold_for_every_key() {
    let rsa = changed(fixture!("rsa-2048.public.jwk"), &json!({"kid": "r"}));
    let text = set(&[&rsa, &p256("a")]);
    let loaded = KeySet::from_json(&text, &[Algorithm::Rs256]).unwrap();
    assert_eq!(loaded.iter().map(VerifyingKey::algorithm).collect::<Vec<_>>(), [Algorithm::Rs256]);
    assert_eq!(loaded.skipped()[0].kind(), KeyErrorKind::AlgorithmNotAllowed);
}
