//! Finds which keys a set lists if none of its keys can be used.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::json::{Json, Object};
use crate::keys::algorithm::Algorithm;
use crate::keys::elements::Element;
use crate::keys::{VerifyingKey, jwk};

/// The elements of a set, by what finds those of one key: a look-up is short, because it runs under the lock of the holder.
pub(super) struct Listed {
    /// By `kid`. `None` for an element that contradicts every key.
    named: BTreeMap<String, Vec<Option<Claimed>>>,
    /// Those without a `kid`, by `x` or `n`.
    unnamed: BTreeMap<String, Vec<Claimed>>,
}

/// What an element says of a key that verifies signatures.
struct Claimed {
    algorithm: Option<Algorithm>,
    material: Vec<(&'static str, String)>,
}

impl Listed {
    pub(super) fn new(elements: &[Element<'_>]) -> Self {
        let (mut named, mut unnamed) = (BTreeMap::<_, Vec<_>>::new(), BTreeMap::<_, Vec<_>>::new());
        for element in elements.iter().flatten() {
            let claimed = Claimed::of(element);
            match (element.get("kid"), claimed) {
                (Some(Json::Text(id)), claimed) => named.entry(id.to_string()).or_default().push(claimed),
                (None, Some(claimed)) => {
                    if let Some(text) = claimed.coordinate() {
                        unnamed.entry(text.to_owned()).or_default().push(claimed);
                    }
                }
                _ => {}
            }
        }
        Self { named, unnamed }
    }

    /// Whether the set still lists `key`: it has an element with its name (or with its material, if neither has a
    /// name), and that element does not contradict its material or its use.
    pub(super) fn has(&self, key: &VerifyingKey) -> bool {
        let Some(known) = key.public_members() else { return false };
        let agrees = |claimed: &Claimed| claimed.agrees(key.algorithm(), &known);
        match key.id() {
            Some(id) => self
                .named
                .get(id)
                .is_some_and(|found| found.iter().all(|one| one.as_ref().is_some_and(agrees))),
            None => {
                let mut coordinate = ["x", "n"].into_iter().filter_map(|name| known.get(name)?.as_str());
                let found = coordinate.next().and_then(|text| self.unnamed.get(text));
                found.is_some_and(|found| found.iter().any(agrees))
            }
        }
    }
}

impl Claimed {
    /// `None` if the element contradicts every key.
    fn of(element: &Object<'_>) -> Option<Self> {
        let algorithm = match element.get("alg") {
            None => None,
            Some(name) => Some(Algorithm::from_name(name.as_text()?)?),
        };
        if !jwk::is_public(element) || jwk::check_purpose(element, "verify").is_err() {
            return None;
        }
        let mut material = Vec::new();
        for name in ["kty", "crv", "x", "y", "n", "e"] {
            if let Some(value) = element.get(name) {
                material.push((name, value.as_text()?.to_owned()));
            }
        }
        Some(Self { algorithm, material })
    }

    fn coordinate(&self) -> Option<&str> {
        self.material.iter().find(|(name, _)| matches!(*name, "x" | "n")).map(|(_, text)| text.as_str())
    }

    fn agrees(&self, algorithm: Algorithm, known: &Map<String, Value>) -> bool {
        self.algorithm.is_none_or(|named| named == algorithm)
            && self.material.iter().all(|(name, text)| known.get(*name).and_then(Value::as_str) == Some(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::elements::elements;

    const P256: &str = include_str!("../../../../tests/fixtures/keys/p256.public.jwk");
    const RSA: &str = include_str!("../../../../tests/fixtures/keys/rsa-2048.public.jwk");
    const PRIVATE: &str = include_str!("../../../../tests/fixtures/keys/p256.private.jwk");

    fn with(jwk: &str, members: &str) -> String {
        format!("{{{members},{}", jwk.trim().trim_start_matches('{'))
    }

    fn lists(listed: &[&str], key: &VerifyingKey) -> bool {
        let text = format!(r#"{{"keys":[{}]}}"#, listed.join(","));
        Listed::new(&elements(&text).unwrap()).has(key)
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
