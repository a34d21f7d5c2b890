//! An index of the entries that belong together.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use crate::timestamp::Timestamp;

/// Names of entries under the name of their owner, in order.
#[derive(Default)]
pub(super) struct Index(HashMap<Arc<str>, BTreeSet<(Timestamp, Arc<str>)>>);

impl Index {
    pub(super) fn insert(&mut self, owner: Option<&Arc<str>>, order: Timestamp, name: &Arc<str>) {
        if let Some(owner) = owner {
            self.0.entry(owner.clone()).or_default().insert((order, name.clone()));
        }
    }

    pub(super) fn remove(&mut self, owner: Option<&Arc<str>>, place: &(Timestamp, Arc<str>)) {
        if let Some(owner) = owner
            && let Some(names) = self.0.get_mut(owner)
        {
            names.remove(place);
            if names.is_empty() {
                self.0.remove(owner);
            }
        }
    }

    pub(super) fn of(&self, owner: &str) -> impl Iterator<Item = &Arc<str>> {
        self.0.get(owner).into_iter().flatten().map(|(_, name)| name)
    }

    pub(super) fn count(&self, owner: &str) -> usize {
        self.0.get(owner).map_or(0, BTreeSet::len)
    }
}
