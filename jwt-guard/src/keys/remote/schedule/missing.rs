//! Key names that a fetch did not find.

use std::collections::BTreeMap;

use super::Moment;

/// The number of remembered names. An attacker who sends more evicts names, and gains at most one fetch in each
/// cooldown.
const MOST: usize = 256;

/// Names that are not among the current keys, so that another fetch would be useless.
#[derive(Debug, Default)]
pub(super) struct Missing(BTreeMap<Box<str>, Moment>);

impl Missing {
    pub(super) fn has(&self, key_id: &str, now: Moment) -> bool {
        self.0.get(key_id).is_some_and(|until| now < *until)
    }

    /// Remembers a name until a point in time.
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
