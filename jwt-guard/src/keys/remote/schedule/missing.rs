//! Names of keys that were looked for in vain.

use std::collections::BTreeMap;

use super::Moment;

/// How many names are remembered. An attacker who sends more pushes his own out, and gains one fetch a cooldown.
const MOST: usize = 256;

/// Names that the current keys do not have, so that asking the issuer again would be idle.
#[derive(Debug, Default)]
pub(super) struct Missing(BTreeMap<Box<str>, Moment>);

impl Missing {
    pub(super) fn has(&self, key_id: &str, now: Moment) -> bool {
        self.0.get(key_id).is_some_and(|until| now < *until)
    }

    /// Remembers a name `until` then.
    pub(super) fn insert(&mut self, key_id: &str, now: Moment, until: Moment) {
        if let Some(known) = self.0.get_mut(key_id) {
            *known = until;
            return;
        }
        if self.0.len() >= MOST {
            self.0.retain(|_, until| now < *until);
        }
        if self.0.len() >= MOST
            && let Some(oldest) = self.0.iter().min_by_key(|(_, until)| **until).map(|(id, _)| id.clone())
        {
            self.0.remove(&oldest);
        }
        self.0.insert(key_id.into(), until);
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}
