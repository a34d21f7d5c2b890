//! Splits a JWK set into its elements.

use std::fmt;

use serde::de::{IgnoredAny, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::error::{KeyError, KeyErrorKind};
use super::jwk;
use super::key_set::MOST_KEYS;
use crate::json::Object;

/// A set with more elements is not read: 130,000 fit into the largest body, and no issuer publishes a thousand. Ten times as
/// many as may be used leave room for retired keys and for those of other kinds.
const MOST_ELEMENTS: usize = 10 * MOST_KEYS;

/// An element of a set: its members, or why it has none. A mistake in one does not affect the others.
pub(super) type Element<'a> = Result<Object<'a>, KeyError>;

/// The elements of the member `keys`, each parsed once.
pub(super) fn elements(text: &str) -> Result<Vec<Element<'_>>, KeyError> {
    #[derive(Deserialize)]
    struct Set<'a> {
        #[serde(borrow)]
        keys: Counted<'a>,
    }

    let refusal = || {
        let message = "the key set is not a JSON object with one member `keys` that is a list";
        KeyError::new(KeyErrorKind::Malformed, message)
    };
    // serde would take a list of the members for the object.
    if text.trim_ascii_start().starts_with('[') {
        return Err(refusal());
    }
    // A type error quotes the text; a syntax error only gives the position.
    let Set { keys } = serde_json::from_str::<Set<'_>>(text)
        .map_err(|error| if error.is_data() { refusal() } else { refusal().because(error) })?;
    if keys.beyond > 0 {
        let message = format!(
            "the key set has {} elements, and is not read: at most {MOST_KEYS} keys are used, of at most {MOST_ELEMENTS} elements",
            MOST_ELEMENTS.saturating_add(keys.beyond)
        );
        return Err(KeyError::new(KeyErrorKind::Unsupported, message));
    }
    Ok(keys.first.into_iter().map(|element| jwk::parse(element.get())).collect())
}

/// The first elements of a list, unparsed, and the number of the others.
struct Counted<'a> {
    first: Vec<&'a RawValue>,
    beyond: usize,
}

impl<'de: 'a, 'a> Deserialize<'de> for Counted<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Elements;

        impl<'de> Visitor<'de> for Elements {
            type Value = Counted<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Counted<'de>, A::Error> {
                let (mut first, mut beyond) = (Vec::new(), 0_usize);
                while first.len() < MOST_ELEMENTS {
                    let Some(element) = list.next_element()? else { return Ok(Counted { first, beyond }) };
                    first.push(element);
                }
                while list.next_element::<IgnoredAny>()?.is_some() {
                    beyond = beyond.saturating_add(1);
                }
                Ok(Counted { first, beyond })
            }
        }

        deserializer.deserialize_seq(Elements)
    }
}
