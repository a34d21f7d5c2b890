//! A key set, read a second time: which of its keys a guard may use. Only whether the numbers of a public key are a key is
//! asked of the library.

use std::collections::BTreeMap;

use jwt_guard::Algorithm;
use jwt_guard::keys::VerifyingKey;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::shape::Shape;

/// A key, as tokens choose it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PublishedKey {
    pub(super) id: Option<String>,
    pub(super) algorithm: Algorithm,
    pub(super) thumbprint: String,
}

/// What a set says.
pub(super) enum Published {
    /// At least one.
    Keys(Vec<PublishedKey>),
    /// A list without a key that can be used.
    Useless,
    /// A list without elements.
    Empty,
    /// Not a set.
    Unreadable,
}

/// A set with more keys is of no use.
const MOST_KEYS: usize = 100;

/// A longer one is not read.
const MOST_ELEMENTS: usize = 1000;

impl Published {
    pub(super) fn of(text: &str) -> Self {
        let Some(elements) = elements(text).filter(|elements| elements.len() <= MOST_ELEMENTS) else {
            return Self::Unreadable;
        };
        if elements.is_empty() {
            return Self::Empty;
        }
        if elements.len() > MOST_KEYS {
            return Self::Useless;
        }
        let mut keys: Vec<PublishedKey> = Vec::new();
        for key in elements.into_iter().filter_map(key) {
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
        // No token could choose between two keys of one name.
        let is_alone = |key: &&PublishedKey| {
            let alike = |other: &&PublishedKey| other.id == key.id && other.algorithm == key.algorithm;
            key.id.is_none() || keys.iter().filter(alike).count() == 1
        };
        let alone: Vec<_> = keys.iter().filter(is_alone).cloned().collect();
        if alone.is_empty() { Self::Useless } else { Self::Keys(alone) }
    }
}

/// The list `keys` of an object that names it once. What else the object has is of no interest.
fn elements(text: &str) -> Option<Vec<&RawValue>> {
    let members: BTreeMap<String, &RawValue> = serde_json::from_str(text).ok()?;
    let named = Shape::of(text).names.iter().filter(|name| *name == "keys").count();
    if named != 1 {
        return None;
    }
    serde_json::from_str(members.get("keys")?.get()).ok()
}

/// The public key of an element that says nothing against its use.
fn key(element: &RawValue) -> Option<PublishedKey> {
    const PRIVATE: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];
    let members: Map<String, Value> = serde_json::from_str(element.get()).ok()?;
    if !Shape::of(element.get()).is_strict(8, 64) || PRIVATE.iter().any(|name| members.contains_key(*name)) {
        return None;
    }
    let id = match members.get("kid") {
        None => None,
        Some(Value::String(id)) if id.len() <= 256 && !id.chars().any(char::is_control) => Some(id.clone()),
        Some(_) => return None,
    };
    let verifies = match members.get("key_ops") {
        None => true,
        Some(Value::Array(list)) => list.iter().all(Value::is_string) && list.contains(&"verify".into()),
        Some(_) => false,
    };
    if !verifies || members.get("use").is_some_and(|purpose| purpose != "sig") {
        return None;
    }
    let algorithm = algorithm(&members)?;
    let mut public = Map::from_iter([("alg".to_owned(), algorithm.name().into())]);
    for name in ["kty", "crv", "x", "y", "n", "e"] {
        public.extend(members.get(name).map(|value| (name.to_owned(), value.clone())));
    }
    let key = VerifyingKey::jwk(&Value::Object(public).to_string(), &[]).ok()?;
    Some(PublishedKey { id, algorithm, thumbprint: key.thumbprint()? })
}

/// The one algorithm of a key (RFC 7518 sections 3.1 and 6, RFC 8037, RFC 9864).
fn algorithm(members: &Map<String, Value>) -> Option<Algorithm> {
    use Algorithm::{EdDsa, Es256, Es384, Ps256, Ps384, Ps512, Rs256, Rs384, Rs512};

    let text = |name: &str| members.get(name).map(|value| value.as_str().unwrap_or("not a text"));
    let is = |names: &[&str]| text("alg").is_none_or(|alg| names.contains(&alg));
    match (text("kty")?, text("crv")) {
        ("EC", Some("P-256")) => is(&["ES256"]).then_some(Es256),
        ("EC", Some("P-384")) => is(&["ES384"]).then_some(Es384),
        ("OKP", Some("Ed25519")) => is(&["EdDSA", "Ed25519"]).then_some(EdDsa),
        ("RSA", _) => {
            let known = [Rs256, Rs384, Rs512, Ps256, Ps384, Ps512];
            known.into_iter().find(|algorithm| text("alg") == Some(algorithm.name()))
        }
        _ => None,
    }
}
