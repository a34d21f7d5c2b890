//! The changes that a store must write and read back, so that a ledger outlives its process.

use std::sync::Arc;

use super::{Entry, Kind, Ledger, Note};
use crate::store::StoreLimits;
use crate::timestamp::Timestamp;

/// A change since the last write.
pub(in crate::store) enum Change {
    /// Removes every entry of a kind. Remaining ones follow as entries.
    Cleared(Kind),
    /// An entry in its new state, or `None` if it is gone.
    Entry(Kind, Arc<str>, Option<Entry>),
}

/// A recorded change.
pub(super) enum Changed {
    Cleared(Kind),
    Entry(Kind, Arc<str>),
}

impl Ledger {
    /// A ledger that records changes until [`take_changes`](Self::take_changes).
    pub(in crate::store) fn journaled(limits: StoreLimits) -> Self {
        Self { changed: Some(Vec::new()), ..Self::new(limits) }
    }

    /// Restores a written entry, regardless of the limits.
    pub(in crate::store) fn restore(&mut self, kind: Kind, name: &str, entry: Entry) {
        match (kind, &entry.note) {
            (Kind::Era, Note::Era(epoch)) => {
                self.line = Some(name.into());
                self.epoch = self.epoch.max(*epoch);
            }
            _ => {
                // A ledger without a line notes no epoch of its own.
                if let Note::CutOff { epoch, .. } = entry.note {
                    self.epoch = self.epoch.max(epoch);
                }
                self.table_mut(kind).put(name.into(), entry);
            }
        }
    }

    /// Everything, as the changes that make it of an empty ledger.
    #[cfg(feature = "store-file")]
    pub(in crate::store) fn everything(&self) -> impl Iterator<Item = Change> {
        let era = self.line.iter().map(|line| self.era(line.clone()));
        let entries = Kind::TABLES.into_iter().flat_map(|kind| {
            let entries = self.table(kind).entries();
            entries.map(move |(name, entry)| Change::Entry(kind, name.clone(), Some(entry.clone())))
        });
        era.chain(entries)
    }

    /// The changes since the last call.
    pub(in crate::store) fn take_changes(&mut self) -> Vec<Change> {
        let changed = self.changed.as_mut().map(std::mem::take).unwrap_or_default();
        let with_entry = |change| match change {
            Changed::Cleared(kind) => Change::Cleared(kind),
            Changed::Entry(Kind::Era, name) => self.era(name),
            Changed::Entry(kind, name) => {
                let entry = self.table(kind).get(&name).cloned();
                Change::Entry(kind, name, entry)
            }
        };
        changed.into_iter().map(with_entry).collect()
    }

    fn era(&self, line: Arc<str>) -> Change {
        Change::Entry(Kind::Era, line, Some(Entry { ends: Timestamp::LAST, note: Note::Era(self.epoch) }))
    }
}
