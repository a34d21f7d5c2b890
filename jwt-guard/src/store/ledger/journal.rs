//! What a store must write down, and read back, so that a ledger outlives its process.

use std::sync::Arc;

use super::{Entry, Kind, Ledger};

/// An entry that was changed: what it is now, or `None` if it is gone.
pub(in crate::store) struct Change {
    pub(in crate::store) kind: Kind,
    pub(in crate::store) name: Arc<str>,
    pub(in crate::store) entry: Option<Entry>,
}

impl Ledger {
    /// A ledger that remembers what was changed until [`take_changes`](Self::take_changes).
    pub(in crate::store) fn journaled(capacity: usize) -> Self {
        Self { changed: Some(Vec::new()), ..Self::new(capacity) }
    }

    /// Takes an entry that was written down before, however many there are.
    pub(in crate::store) fn restore(&mut self, kind: Kind, name: &str, entry: Entry) {
        self.table_mut(kind).put(name.into(), entry);
    }

    /// The entries that differ since the last call.
    pub(in crate::store) fn take_changes(&mut self) -> Vec<Change> {
        let changed = self.changed.as_mut().map(std::mem::take).unwrap_or_default();
        let with_entry = |(kind, name): (Kind, Arc<str>)| {
            let entry = self.table(kind).get(&name).cloned();
            Change { kind, name, entry }
        };
        changed.into_iter().map(with_entry).collect()
    }
}
