//! The claims in the types that handlers ask for, deserialized once for each remembered token.

use std::any::{Any, type_name};
use std::sync::{Arc, OnceLock};

use serde::de::DeserializeOwned;

use crate::json::place_of;
use crate::shown::cut;

/// What was deserialized from one payload, in the first type that was asked for; others are deserialized each time. An
/// application reads its claims as one type, and the memory for remembered tokens counts one.
#[derive(Default)]
pub(crate) struct TypedClaims(OnceLock<Arc<dyn Any + Send + Sync>>);

/// The claims do not fit the type of the handler.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Misfit {
    /// The type's name.
    pub(crate) wanted: &'static str,
    /// Where they do not fit, without quoting them.
    pub(crate) place: String,
}

impl Misfit {
    pub(crate) fn new<T>(place: String) -> Self {
        Self { wanted: type_name::<T>(), place }
    }

    /// For a machine: its token has no subject, and `T` needs one.
    pub(crate) fn of_machine<T>() -> Self {
        Self::new::<T>(
            "the caller is a machine, whose token names no subject; take `Principal` instead".to_owned(),
        )
    }
}

impl TypedClaims {
    /// The payload as a `T`.
    ///
    /// # Errors
    ///
    /// If the payload does not fit `T`. Errors are not remembered.
    pub(crate) fn get_or_read<T>(&self, payload: &str) -> Result<Arc<T>, Misfit>
    where
        T: DeserializeOwned + Send + Sync + 'static,
    {
        let known = self.0.get().filter(|value| value.is::<T>());
        if let Some(value) = known.and_then(|value| Arc::clone(value).downcast().ok()) {
            return Ok(value);
        }
        let value = serde_json::from_str::<T>(payload).map_err(|error| {
            let place = missing_field(&error, payload).unwrap_or_else(|| place_of(&error));
            Misfit::new::<T>(place)
        })?;
        let value = Arc::new(value);
        // Two requests may deserialize at once; then one value is kept. They are equal.
        let _ = self.0.set(Arc::clone(&value) as _);
        Ok(value)
    }

    /// Whether this type was read.
    #[cfg(test)]
    pub(super) fn has<T: 'static>(&self) -> bool {
        self.0.get().is_some_and(|value| value.is::<T>())
    }
}

/// The field that the type asks for and the payload lacks: the usual misfit. The name is from the type, because the payload
/// does not have it; no other part of the error's message is shown.
fn missing_field(error: &serde_json::Error, payload: &str) -> Option<String> {
    let message = error.to_string();
    let (name, _) = message.strip_prefix("missing field `")?.split_once('`')?;
    (!payload.contains(name)).then(|| format!("no `{}`", cut(name)))
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    struct Tenant {
        tenant: String,
    }

    #[derive(Debug, Deserialize)]
    struct Number {
        tenant: u8,
    }

    #[test]
    fn the_first_type_is_read_once() {
        let typed = TypedClaims::default();
        let first: Arc<Tenant> = typed.get_or_read(r#"{"tenant":"acme"}"#).unwrap();
        // This payload is not JSON, so reading it again would fail.
        let again: Arc<Tenant> = typed.get_or_read("nonsense").unwrap();
        assert!(Arc::ptr_eq(&first, &again));
        assert_eq!(first.tenant, "acme");
        let map: Arc<serde_json::Value> = typed.get_or_read(r#"{"tenant":"acme"}"#).unwrap();
        assert_eq!(map["tenant"], "acme");
    }

    #[test]
    fn a_payload_that_does_not_fit_is_an_error_each_time_and_is_not_quoted() {
        let typed = TypedClaims::default();
        for _ in 0..2 {
            let misfit = typed.get_or_read::<Number>(r#"{"tenant":"acme\nINFO admitted"}"#).unwrap_err();
            assert!(misfit.wanted.ends_with("::Number"), "{misfit:?}");
            assert_eq!(misfit.place, "data error at line 1 column 31");
        }
        assert_eq!(typed.get_or_read::<Number>(r#"{"tenant":7}"#).unwrap().tenant, 7);
    }

    #[test]
    fn a_missing_field_is_named_and_nothing_that_the_payload_has() {
        #[derive(Debug)]
        struct Quotes;

        impl<'de> Deserialize<'de> for Quotes {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let value = serde_json::Value::deserialize(deserializer)?;
                Err(serde::de::Error::custom(format!(
                    "missing field `{}`",
                    value["tenant"].as_str().unwrap()
                )))
            }
        }

        let typed = TypedClaims::default();
        assert_eq!(
            typed.get_or_read::<Tenant>(r#"{"tenants":1}"#).unwrap_err().place,
            "data error at line 1 column 13"
        );
        assert_eq!(typed.get_or_read::<Tenant>(r#"{"org":"acme"}"#).unwrap_err().place, "no `tenant`");
        let quoted = typed.get_or_read::<Quotes>(r#"{"tenant":"acme"}"#).unwrap_err();
        assert!(!quoted.place.contains("acme"), "{quoted:?}");
    }

    #[test]
    fn another_type_is_read_each_time() {
        let typed = TypedClaims::default();
        typed.get_or_read::<String>("\"a\"").unwrap();
        assert_eq!(*typed.get_or_read::<u8>("1").unwrap(), 1);
        assert_eq!(*typed.get_or_read::<u8>("2").unwrap(), 2);
        assert_eq!(*typed.get_or_read::<String>("3").unwrap(), "a");
    }
}
