//! A table of entries with an end: found by name, forgotten in the order of their ends, counted by owner.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::entry::Entry;
use super::index::Index;
use crate::timestamp::Timestamp;

/// Entries of one kind.
#[derive(Default)]
pub(super) struct LedgerTable {
    entries: HashMap<Arc<str>, Entry>,
    by_end: BTreeSet<(Timestamp, Arc<str>)>,
    /// The entries of a subject, in the order of eviction.
    by_subject: Index,
    /// The entries of a login.
    by_family: Index,
}

impl LedgerTable {
    pub(super) fn put(&mut self, name: Arc<str>, entry: Entry) {
        drop(self.remove(&name));
        self.by_end.insert((entry.ends, name.clone()));
        self.by_subject.insert(entry.subject(), entry.order(), &name);
        self.by_family.insert(entry.family(), entry.order(), &name);
        self.entries.insert(name, entry);
    }

    pub(super) fn remove(&mut self, name: &str) -> Option<(Arc<str>, Entry)> {
        let (name, entry) = self.entries.remove_entry(name)?;
        let mut place = (entry.ends, name);
        self.by_end.remove(&place);
        place.0 = entry.order();
        self.by_subject.remove(entry.subject(), &place);
        self.by_family.remove(entry.family(), &place);
        Some((place.1, entry))
    }

    /// Forgets the entry with the earliest end, if it does not count any more.
    pub(super) fn forget_one(&mut self, now: Timestamp) -> Option<Arc<str>> {
        let (_, name) = self.by_end.first()?;
        if self.entries.get(name).is_some_and(|entry| entry.counts(now)) {
            return None;
        }
        let name = name.clone();
        drop(self.remove(&name));
        Some(name)
    }

    /// Removes all entries but those that `stays` selects. Returns the names of the remaining ones.
    pub(super) fn clear_but(&mut self, stays: impl Fn(&str) -> bool) -> Vec<Arc<str>> {
        let old = std::mem::take(self);
        let kept: Vec<_> = old.entries.into_iter().filter(|(name, _)| stays(name)).collect();
        let names = kept.iter().map(|(name, _)| name.clone()).collect();
        for (name, entry) in kept {
            self.put(name, entry);
        }
        names
    }

    pub(super) fn get(&self, name: &str) -> Option<&Entry> {
        self.entries.get(name)
    }

    pub(super) fn living(&self, name: &str, now: Timestamp) -> Option<&Entry> {
        self.entries.get(name).filter(|entry| entry.counts(now))
    }

    pub(super) fn entries(&self) -> impl Iterator<Item = (&Arc<str>, &Entry)> {
        self.entries.iter()
    }

    #[cfg(feature = "store-redis")]
    pub(super) fn entries_mut(&mut self) -> impl Iterator<Item = &mut Entry> {
        self.entries.values_mut()
    }

    /// The entries of a subject, in the order of eviction.
    pub(super) fn of_subject(&self, subject: &str) -> impl Iterator<Item = &Arc<str>> {
        self.by_subject.of(subject)
    }

    pub(super) fn count_of(&self, subject: &str) -> usize {
        self.by_subject.count(subject)
    }

    /// The entries of a login.
    pub(super) fn of_family(&self, family: &str) -> impl Iterator<Item = &Arc<str>> {
        self.by_family.of(family)
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}
