//! Finds which keys a set lists if none of its keys can be used.

use serde_json::Value;

use crate::json::{self, Json, Object};
use crate::keys::VerifyingKey;
use crate::keys::algorithm::Algorithm;
use crate::keys::jwk;
use crate::keys::key_set::elements;

/// The text of a well-formed set with at least one element.
pub(super) struct Listed(String);

impl Listed {
    pub(super) fn new(text: String) -> Self {
        Self(text)
    }

    /// Whether the set still lists `key`: it has an element with its name (or with its material, if neither has a
    /// name), and that element does not contradict its material or its use.
    pub(super) fn has(&self, key: &VerifyingKey) -> bool {
        let Ok(elements) = elements(&self.0) else { return false };
        let mut named = 0_usize;
        let agree = elements.into_iter().all(|element| {
            let Ok(element) = json::parse_object(element.get(), jwk::LIMITS) else { return true };
            if !is_meant(&element, key) {
                return true;
            }
            named = named.saturating_add(1);
            agrees(&element, key)
        });
        agree && named > 0
    }
}

fn is_meant(element: &Object<'_>, key: &VerifyingKey) -> bool {
    match (element.get("kid"), key.id()) {
        (Some(Json::Text(named)), Some(id)) => named == id,
        (None, None) => ["x", "n"].iter().any(|name| element.get(name).is_some()) && agrees(element, key),
        _ => false,
    }
}

fn agrees(element: &Object<'_>, key: &VerifyingKey) -> bool {
    let Some(known) = key.public_members() else { return false };
    let same = |name: &str| match (element.get(name), known.get(name)) {
        (None, _) => true,
        (Some(Json::Text(found)), Some(Value::String(known))) => found == known,
        (Some(_), _) => false,
    };
    let algorithm = match element.get("alg") {
        None => true,
        Some(Json::Text(name)) => Algorithm::from_name(name) == Some(key.algorithm()),
        Some(_) => false,
    };
    algorithm
        && ["kty", "crv", "x", "y", "n", "e"].into_iter().all(same)
        && jwk::is_public(element)
        && jwk::check_purpose(element, "verify").is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const P256: &str = include_str!("../../../../tests/fixtures/keys/p256.public.jwk");
    const RSA: &str = include_str!("../../../../tests/fixtures/keys/rsa-2048.public.jwk");
    const PRIVATE: &str = include_str!("../../../../tests/fixtures/keys/p256.private.jwk");

    fn with(jwk: &str, members: &str) -> String {
        format!("{{{members},{}", jwk.trim().trim_start_matches('{'))
    }

    fn lists(elements: &[&str], key: &VerifyingKey) -> bool {
        Listed::new(format!(r#"{{"keys":[{}]}}"#, elements.join(","))).has(key)
    }

    #[test]
    fn a_key_is_listed_while_nothing_of_its_name_contradicts_it() {
        let key = VerifyingKey::jwk(P256, &[]).unwrap().with_id("a");
        let named = with(P256, r#""kid":"a""#);
        for (elements, expected) in [
            (&[named.as_str()][..], true),
            (&[r#"{"kid":"a"}"#], true),
            (&[r#"{"kid":"a","kty":"EC"}"#], true),
            (&["17", r#"{"kid":"b","kty":"?"}"#, r#"{"kid":"a","kty":"EC","crv":"P-256","x":null}"#], false),
            (&["17", r#"{"kid":"b","kty":"?"}"#, r#"{"kid":"a","kty":"EC","crv":"P-256"}"#], true),
            (&["{}"], false),
            (&["17"], false),
            (&[P256], false),
            (&[r#"{"kid":"b","kty":"EC"}"#], false),
            (&[r#"{"kid":"a","kty":"EC","crv":"P-521"}"#], false),
            (&[r#"{"kid":"a","kty":"RSA"}"#], false),
            (&[&with(P256, r#""kid":"a","use":"enc""#)], false),
            (&[&with(P256, r#""kid":"a","alg":"ES384""#)], false),
            (&[&with(P256, r#""kid":"a","key_ops":["sign"]"#)], false),
            (&[&with(PRIVATE, r#""kid":"a""#)], false),
            (&[&named, r#"{"kid":"a","kty":"EC","x":"AAAA"}"#], false),
        ] {
            assert_eq!(lists(elements, &key), expected, "{elements:?}");
        }
    }

    #[test]
    fn a_key_without_a_name_is_listed_by_its_material() {
        let key = VerifyingKey::jwk(RSA, &[Algorithm::Rs256]).unwrap();
        assert!(lists(&[RSA], &key), "RSA without `alg`, as before it was known which");
        assert!(!lists(&[&with(RSA, r#""kid":"a""#)], &key));
        assert!(!lists(&[P256], &key) && !lists(&["{}"], &key));
        assert!(!lists(&[&with(RSA, r#""use":"enc""#)], &key));
    }
}
