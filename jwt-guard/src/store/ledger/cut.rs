//! Cut-offs: everything of one subject, or of all subjects, ends at once.

use std::sync::Arc;

#[cfg(any(feature = "store-file", test))]
use super::journal::Changed;
use super::{EVERYBODY, Entry, Kind, Ledger, Note};
use crate::store::StoreError;
use crate::timestamp::Timestamp;

impl Ledger {
    /// Starts a new epoch. Everything of the subject from before is revoked.
    pub(super) fn cut(
        &mut self,
        key: Arc<str>,
        before: Timestamp,
        ends: Timestamp,
    ) -> Result<(), StoreError> {
        self.cut_at(key, before, ends, self.epoch.saturating_add(1))
    }

    /// As [`cut`](Self::cut), for a cut-off from another node. It covers the revocations of earlier epochs and replaces
    /// them, so it lasts as long as they would.
    pub(in crate::store) fn cut_at(
        &mut self,
        key: Arc<str>,
        before: Timestamp,
        ends: Timestamp,
        epoch: u64,
    ) -> Result<(), StoreError> {
        let ends = ends.max(self.last_end_of(&key).unwrap_or_default());
        if *key == *EVERYBODY {
            self.forget_everybody(epoch);
        } else {
            self.forget_subject(&key, epoch);
        }
        self.epoch = self.epoch.max(epoch);
        self.note_era();
        self.put(Kind::Subject, key, Entry { ends, note: Note::CutOff { before, epoch } })
    }

    /// The last end of the entries that a cut-off replaces.
    fn last_end_of(&self, key: &str) -> Option<Timestamp> {
        if key == EVERYBODY {
            let tables = [&self.logins, &self.tokens, &self.families];
            return tables.into_iter().filter_map(super::LedgerTable::last_end).max();
        }
        let ends = [&self.logins, &self.tokens, &self.families]
            .into_iter()
            .flat_map(|table| table.of_subject(key).filter_map(|name| Some(table.get(name)?.ends)));
        ends.max()
    }

    fn forget_subject(&mut self, key: &str, epoch: u64) {
        for kind in [Kind::Token, Kind::Family, Kind::Login, Kind::Allowed] {
            let names: Vec<_> = self.table(kind).of_subject(key).cloned().collect();
            for name in names {
                if self.table(kind).get(&name).is_some_and(|entry| entry.epoch() < epoch) {
                    self.remove(kind, &name);
                }
            }
        }
    }

    fn forget_everybody(&mut self, epoch: u64) {
        for kind in [Kind::Token, Kind::Family, Kind::Login, Kind::Allowed] {
            if self.table(kind).is_empty() {
                continue;
            }
            let kept = self.table_mut(kind).clear_but(|entry| entry.epoch() >= epoch);
            #[cfg(any(feature = "store-file", test))]
            if let Some(changed) = &mut self.changed {
                changed.push(Changed::Cleared(kind));
            }
            kept.iter().for_each(|name| self.note_change(kind, name));
        }
    }

    /// Whether a cut-off was made after the name of a login was marked. A name without a mark is never overtaken.
    pub(super) fn is_outrun(&self, subject: &str, family: &str, now: Timestamp) -> bool {
        let Some(began) = self.epoch_of(family) else { return false };
        [EVERYBODY, subject]
            .into_iter()
            .filter_map(|key| self.subjects.living(key, now))
            .any(|cut_off| matches!(cut_off.note, Note::CutOff { epoch, .. } if began < epoch))
    }
}
