//! Several keys, exactly one of which verifies a token.

use std::slice;

use super::elements::{Element, elements};
use super::error::{KeyError, KeyErrorKind};
use super::jwk::{self, JwkSource};
use super::{Algorithm, VerifyingKey};

/// The keys of one issuer.
///
/// A token names its key by `kid`. The key must have exactly that id (or, if it is public, that
/// [thumbprint](VerifyingKey::thumbprint)) and the token's algorithm. A token without `kid` is checked with the one key
/// of its algorithm that has no id; if all have one, with the only key of its algorithm. Keys are never tried in turn.
/// A key that is given twice counts as one.
///
/// ```
/// use jwt_guard::keys::KeySet;
/// use jwt_guard::Algorithm;
///
/// let set = KeySet::from_json(
///     r#"{"keys":[
///         {"kty":"OKP","crv":"Ed25519","kid":"a","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},
///         {"kty":"OKP","crv":"X25519","kid":"b","x":"hSDwCYkwp1R0i33ctD73Wg2_Og0mOBr066SpjqqbTmo"}]}"#,
///     &[Algorithm::EdDsa],
/// )?;
/// assert_eq!(set.len(), 1);
/// assert!(set.skipped()[0].to_string().starts_with("key \"b\": "));
/// # Ok::<(), jwt_guard::keys::KeyError>(())
/// ```
#[derive(Clone, Debug)]
pub struct KeySet {
    keys: Vec<VerifyingKey>,
    skipped: Vec<KeyError>,
}

/// More keys than any issuer needs; the bound keeps the linear search short.
pub(super) const MOST_KEYS: usize = 100;

impl KeySet {
    /// Makes a set of the given keys.
    ///
    /// # Errors
    ///
    /// There is no key, there are more than 100, or a token could not choose between two of them: they have the same id
    /// and algorithm, or are secrets of one algorithm without an id.
    pub fn new(keys: impl IntoIterator<Item = VerifyingKey>) -> Result<Self, KeyError> {
        let keys: Vec<_> = keys.into_iter().collect();
        check_number(keys.len())?;
        let keys = distinct(keys);
        match keys.iter().find(|key| is_double(key, &keys)) {
            Some(double) => Err(duplicate(double)),
            None => Ok(Self { keys, skipped: Vec::new() }),
        }
    }

    /// A JWK set (RFC 7517 section 5).
    ///
    /// Every key is read separately, as by [`VerifyingKey::jwk`]. An unusable key is skipped and listed in
    /// [`skipped`](Self::skipped), and the others work. Two different keys with the same `kid` and algorithm are both
    /// skipped; a key that is listed twice counts as one.
    ///
    /// `allowed` lists the algorithms that tokens may be signed with; empty allows every algorithm that a key
    /// names itself.
    ///
    /// # Errors
    ///
    /// The text is not a JSON object with a list `keys`; the list is empty or longer than 100, whatever its elements are; or
    /// none of the keys can be used: then the message gives every reason.
    pub fn from_json(text: &str, allowed: &[Algorithm]) -> Result<Self, KeyError> {
        Self::read(text, allowed, JwkSource::Local)
    }

    /// As [`from_json`](Self::from_json), for a set that an issuer publishes and the application has fetched.
    ///
    /// A published secret is not secret, so symmetric keys are skipped. Both functions skip a key with private members,
    /// because it has leaked.
    ///
    /// ```
    /// use jwt_guard::keys::KeySet;
    /// use jwt_guard::Algorithm;
    ///
    /// let leaked = r#"{"keys":[{"kty":"oct","alg":"HS256","k":"n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg"}]}"#;
    /// assert!(KeySet::from_json(leaked, &[]).is_ok());
    /// assert!(KeySet::published(leaked, &[]).is_err());
    /// ```
    ///
    /// # Errors
    ///
    /// As [`from_json`](Self::from_json).
    pub fn published(text: &str, allowed: &[Algorithm]) -> Result<Self, KeyError> {
        Self::read(text, allowed, JwkSource::Remote)
    }

    fn read(text: &str, allowed: &[Algorithm], origin: JwkSource) -> Result<Self, KeyError> {
        let (keys, skipped) = usable(&elements(text)?, allowed, origin)?;
        if keys.is_empty() {
            return Err(useless(&skipped));
        }
        Ok(Self { keys, skipped })
    }

    /// A set of [`usable`] keys. It may be empty, because an issuer can withdraw all keys. An empty set stays inside the
    /// crate.
    pub(super) fn fetched(keys: Vec<VerifyingKey>) -> Self {
        Self { keys, skipped: Vec::new() }
    }

    /// The keys.
    pub fn iter(&self) -> slice::Iter<'_, VerifyingKey> {
        self.keys.iter()
    }

    /// The number of keys: at least one.
    #[expect(clippy::len_without_is_empty, reason = "a set is never empty")]
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Why the other keys of a JWK set were skipped.
    pub fn skipped(&self) -> &[KeyError] {
        &self.skipped
    }

    /// The one key for a token with this `kid` and algorithm. Short linear search, no allocation.
    pub(crate) fn select(
        &self,
        kid: Option<&str>,
        algorithm: Algorithm,
    ) -> Result<&VerifyingKey, SelectError> {
        let fits = |key: &&VerifyingKey| key.algorithm() == algorithm;
        let Some(kid) = kid else {
            // The key without an id verifies tokens without `kid`, so that other keys can be added beside it.
            let unnamed = self.keys.iter().filter(fits).filter(|key| key.id().is_none());
            let chosen = match only(unnamed) {
                Err(None) => only(self.keys.iter().filter(fits)),
                chosen => chosen,
            };
            return chosen.map_err(|none| none.unwrap_or(SelectError::AlgorithmNotAllowed));
        };
        let mut named = self.keys.iter().filter(|key| key.id() == Some(kid)).peekable();
        if named.peek().is_some() {
            return only(named.filter(fits)).map_err(|none| none.unwrap_or(SelectError::AlgorithmNotAllowed));
        }
        // Keys with the same thumbprint are one key under several ids, so any of them will do.
        let mut pairs = self.keys.iter().filter(|key| key.has_thumbprint(kid)).peekable();
        let none =
            if pairs.peek().is_some() { SelectError::AlgorithmNotAllowed } else { SelectError::UnknownKey };
        pairs.find(fits).ok_or(none)
    }
}

impl<'a> IntoIterator for &'a KeySet {
    type Item = &'a VerifyingKey;
    type IntoIter = slice::Iter<'a, VerifyingKey>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl IntoIterator for KeySet {
    type Item = VerifyingKey;
    type IntoIter = std::vec::IntoIter<VerifyingKey>;

    fn into_iter(self) -> Self::IntoIter {
        self.keys.into_iter()
    }
}

/// Why a set has no key for a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SelectError {
    /// The key that the token names, or every key if it names none, is for another algorithm.
    AlgorithmNotAllowed,
    /// Several keys fit, and the token does not say which.
    Ambiguous,
    /// No key has the id that the token names. A newer set may have it.
    UnknownKey,
}

/// The only item; `Err(None)` if there is none, `Err(Some(_))` if there are several.
fn only<'a>(
    mut keys: impl Iterator<Item = &'a VerifyingKey>,
) -> Result<&'a VerifyingKey, Option<SelectError>> {
    match (keys.next(), keys.next()) {
        (Some(key), None) => Ok(key),
        (None, _) => Err(None),
        (Some(_), Some(_)) => Err(Some(SelectError::Ambiguous)),
    }
}

/// Removes duplicate keys.
fn distinct(keys: Vec<VerifyingKey>) -> Vec<VerifyingKey> {
    keys.into_iter().fold(Vec::new(), |mut distinct, key| {
        if !distinct.iter().any(|known: &VerifyingKey| known.is_listed_again_as(&key)) {
            distinct.push(key);
        }
        distinct
    })
}

/// Whether another key has the same `kid` and algorithm, or also serves tokens without `kid`. Public keys without an id
/// still have their thumbprints.
fn is_double(key: &VerifyingKey, keys: &[VerifyingKey]) -> bool {
    let same = |other: &&VerifyingKey| other.id() == key.id() && other.algorithm() == key.algorithm();
    (key.id().is_some() || key.name().is_none()) && keys.iter().filter(same).nth(1).is_some()
}

fn duplicate(key: &VerifyingKey) -> KeyError {
    let algorithm = key.algorithm();
    match key.id() {
        Some(id) => {
            let message = format!(
                "another key of the set has the same id and algorithm ({algorithm}), so no token can choose: give every \
                 key its own id"
            );
            KeyError::new(KeyErrorKind::DuplicateId, message).of_key(id)
        }
        None => KeyError::new(
            KeyErrorKind::DuplicateId,
            format!(
                "two secrets for {algorithm} have no id, so no token can choose: the older one stays without, for the \
                 tokens that name no key, and the newer one gets an id, by `.with_id(\"2026-07\")` on the `SigningKey` \
                 or `VerifyingKey`, or by the setting `signing_key_id` or `key_id`"
            ),
        ),
    }
}

/// All reasons why no key of a set is usable.
pub(super) fn useless(skipped: &[KeyError]) -> KeyError {
    let reasons: Vec<_> = skipped.iter().map(ToString::to_string).collect();
    KeyError::new(KeyErrorKind::NoUsableKey, format!("no key of the set can be used: {}", reasons.join("; ")))
}

fn check_number(keys: usize) -> Result<(), KeyError> {
    match keys {
        0 => Err(KeyError::new(KeyErrorKind::EmptySet, "the key set is empty; at least one key is required")),
        1..=MOST_KEYS => Ok(()),
        _ => {
            let message = format!("the key set has {keys} keys; at most {MOST_KEYS} are allowed");
            Err(KeyError::new(KeyErrorKind::Unsupported, message))
        }
    }
}

/// The keys that can be used, and why the others cannot; either may be empty.
pub(super) fn usable(
    elements: &[Element<'_>],
    allowed: &[Algorithm],
    origin: JwkSource,
) -> Result<(Vec<VerifyingKey>, Vec<KeyError>), KeyError> {
    check_number(elements.len())?;
    let (mut keys, mut skipped) = (Vec::new(), Vec::new());
    for (index, element) in elements.iter().enumerate() {
        let members = element.as_ref().map_err(KeyError::clone);
        match members.and_then(|members| jwk::load(members, allowed, origin)) {
            Ok(key) => keys.push(key),
            Err(error) => skipped.push(error.at(index)),
        }
    }
    let keys = distinct(keys);
    let (doubles, keys): (Vec<_>, Vec<_>) = keys.iter().cloned().partition(|key| is_double(key, &keys));
    skipped.extend(doubles.iter().map(duplicate));
    Ok((keys, skipped))
}
