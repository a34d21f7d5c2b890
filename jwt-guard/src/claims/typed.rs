//! The claims in the types that handlers ask for, read once for each token that is kept.

use std::any::Any;
use std::sync::{Arc, OnceLock};

use serde::de::DeserializeOwned;

/// What was read of one payload. An application asks for its claims in one type, or in few: more than there are places
/// for are read each time.
#[derive(Default)]
pub(crate) struct TypedClaims([OnceLock<Arc<dyn Any + Send + Sync>>; PLACES]);

const PLACES: usize = 2;

impl TypedClaims {
    /// The payload as a `T`.
    ///
    /// # Errors
    ///
    /// When it is none. That is not remembered.
    pub(crate) fn get_or_read<T>(&self, payload: &str) -> Result<Arc<T>, serde_json::Error>
    where
        T: DeserializeOwned + Send + Sync + 'static,
    {
        let known = |place: &OnceLock<Arc<dyn Any + Send + Sync>>| {
            Arc::clone(place.get().filter(|value| value.is::<T>())?).downcast().ok()
        };
        if let Some(value) = self.0.iter().find_map(known) {
            return Ok(value);
        }
        let value = Arc::new(serde_json::from_str::<T>(payload)?);
        // Two requests may read at once: then one is kept, or both. Equal they are.
        let mut free = self.0.iter().filter(|place| place.get().is_none());
        if let Some(place) = free.next() {
            let _ = place.set(Arc::clone(&value) as _);
        }
        Ok(value)
    }
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
    fn each_type_is_read_once() {
        let typed = TypedClaims::default();
        let first: Arc<Tenant> = typed.get_or_read(r#"{"tenant":"acme"}"#).unwrap();
        // The payload is not read again: this one is no JSON.
        let again: Arc<Tenant> = typed.get_or_read("nonsense").unwrap();
        assert!(Arc::ptr_eq(&first, &again));
        assert_eq!(first.tenant, "acme");
        let map: Arc<serde_json::Value> = typed.get_or_read(r#"{"tenant":"acme"}"#).unwrap();
        assert_eq!(map["tenant"], "acme");
    }

    #[test]
    fn a_payload_that_does_not_fit_is_an_error_each_time() {
        let typed = TypedClaims::default();
        for _ in 0..2 {
            assert!(typed.get_or_read::<Number>(r#"{"tenant":"acme"}"#).is_err());
        }
        assert_eq!(typed.get_or_read::<Number>(r#"{"tenant":7}"#).unwrap().tenant, 7);
    }

    #[test]
    fn a_type_too_many_is_read_each_time() {
        let typed = TypedClaims::default();
        typed.get_or_read::<String>("\"a\"").unwrap();
        typed.get_or_read::<serde_json::Value>("1").unwrap();
        assert_eq!(*typed.get_or_read::<u8>("1").unwrap(), 1);
        assert_eq!(*typed.get_or_read::<u8>("2").unwrap(), 2);
        assert_eq!(*typed.get_or_read::<String>("3").unwrap(), "a");
    }
}
