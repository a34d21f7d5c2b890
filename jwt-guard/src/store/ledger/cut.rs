//! Cut-offs: everything of one subject, or of all subjects, ends at once.

use std::sync::Arc;

use super::era::read_mark;
#[cfg(any(feature = "store-file", test))]
use super::journal::Changed;
use super::{EVERYBODY, Entry, Kind, Ledger, Note, Room};
use crate::store::StoreError;
use crate::timestamp::Timestamp;

/// A cut-off, of a subject or of all.
#[derive(Clone, Copy)]
pub(in crate::store) struct CutOff {
    /// The moment, for tokens without a login of this ledger.
    pub(in crate::store) before: Timestamp,
    pub(in crate::store) ends: Timestamp,
    pub(in crate::store) epoch: u64,
    /// Whether it stands for the tokens of the subject that were revoked by name.
    pub(in crate::store) replaces_tokens: bool,
}

impl Ledger {
    /// Starts a new epoch. Everything of the subject from before is revoked.
    pub(super) fn cut(
        &mut self,
        key: Arc<str>,
        before: Timestamp,
        ends: Timestamp,
    ) -> Result<(), StoreError> {
        let epoch = self.epoch.saturating_add(1);
        self.cut_at(key, CutOff { before, ends, epoch, replaces_tokens: false })
    }

    /// As [`cut`](Self::cut), in place of the tokens of a subject that were revoked by name, and of one more revocation.
    /// Whatever the clocks say, those tokens were issued before its moment.
    pub(super) fn cut_instead(
        &mut self,
        key: Arc<str>,
        ends: Timestamp,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let (before, epoch) = (now.plus(Timestamp::LEEWAY), self.epoch.saturating_add(1));
        self.cut_at(key, CutOff { before, ends, epoch, replaces_tokens: true })
    }

    /// As [`cut`](Self::cut), for a cut-off from another node. It replaces the logins of earlier epochs, living or
    /// revoked, so it lasts as long as their access tokens do.
    pub(in crate::store) fn cut_at(&mut self, key: Arc<str>, cut_off: CutOff) -> Result<(), StoreError> {
        let CutOff { before, ends, epoch, replaces_tokens } = cut_off;
        let tables = [&self.allowed, &self.families, &self.logins, &self.tokens];
        let known = tables.map(|table| table.count_of(&key));
        let is_known = *key == *EVERYBODY || known.into_iter().any(|count| count > 0);
        let room = if is_known { Room::Always } else { Room::IfAny };
        let last = self.forget(&key, epoch, replaces_tokens);
        self.epoch = self.epoch.max(epoch);
        self.note_era();
        let ends = ends.max(last.unwrap_or_default());
        self.put_in(room, Kind::Subject, key, Entry { ends, note: Note::CutOff { before, epoch } })
    }

    /// Forgets what a cut-off covers, and returns when the last access token of that ends.
    fn forget(&mut self, key: &str, epoch: u64, replaces_tokens: bool) -> Option<Timestamp> {
        let line = self.line.clone();
        let tokens = replaces_tokens.then_some(Kind::Token);
        let kinds = [Kind::Family, Kind::Login, Kind::Allowed].into_iter().chain(tokens);
        let last = kinds.map(|kind| {
            let covers = |name: &str| is_covered(line.as_deref(), kind, name, epoch);
            if *key == *EVERYBODY {
                self.forget_of_all(kind, covers)
            } else {
                self.forget_of(key, kind, covers)
            }
        });
        last.max().flatten()
    }

    fn forget_of(&mut self, key: &str, kind: Kind, covers: impl Fn(&str) -> bool) -> Option<Timestamp> {
        let table = self.table(kind);
        let names: Vec<_> = table.of_subject(key).filter(|name| covers(name)).cloned().collect();
        let last = last_end(names.iter().filter_map(|name| table.get(name)));
        for name in names {
            self.remove(kind, &name);
        }
        last
    }

    /// Clears a table: to remove each of many entries would take long.
    fn forget_of_all(&mut self, kind: Kind, covers: impl Fn(&str) -> bool) -> Option<Timestamp> {
        let table = self.table(kind);
        if table.is_empty() {
            return None;
        }
        let last = last_end(table.entries().filter(|(name, _)| covers(name)).map(|(_, entry)| entry));
        let kept = self.table_mut(kind).clear_but(|name| !covers(name));
        #[cfg(any(feature = "store-file", test))]
        if let Some(changed) = &mut self.changed {
            changed.push(Changed::Cleared(kind));
        }
        kept.iter().for_each(|name| self.note_change(kind, name));
        last
    }

    /// Whether a cut-off was made after the name of a login was marked. A name without a mark is never overtaken.
    pub(super) fn is_outrun(&self, subject: &str, family: &str, now: Timestamp) -> bool {
        self.outrun_by(subject, family, now).is_some()
    }

    /// The epoch of the cut-off that makes [`is_outrun`](Self::is_outrun) true.
    pub(super) fn outrun_by(&self, subject: &str, family: &str, now: Timestamp) -> Option<u64> {
        let began = self.epoch_of(family)?;
        let epoch = |cut_off: &Entry| match cut_off.note {
            Note::CutOff { epoch, .. } => Some(epoch).filter(|epoch| began < *epoch),
            _ => None,
        };
        [subject, EVERYBODY].into_iter().find_map(|key| epoch(self.subjects.living(key, now)?))
    }
}

/// Whether a cut-off stands for an entry. It ends living logins and issued tokens. Of revoked logins it covers those whose
/// names say that they began in an earlier epoch; the session of another issuer goes on beyond the cut-off. A revoked token may
/// have been issued after the moment of a cut-off, so only one that replaces tokens asks for them.
fn is_covered(line: Option<&str>, kind: Kind, name: &str, epoch: u64) -> bool {
    match kind {
        Kind::Login | Kind::Allowed | Kind::Token => true,
        Kind::Family => read_mark(name).is_some_and(|(of, began)| Some(of) == line && began < epoch),
        Kind::Era | Kind::Subject => false,
    }
}

/// When the last access token of the entries ends. Refresh tokens need a living login, and have none any more.
fn last_end<'a>(entries: impl Iterator<Item = &'a Entry>) -> Option<Timestamp> {
    let access_ends = |entry: &Entry| match &entry.note {
        Note::Login(login) => login.access_ends,
        _ => entry.ends,
    };
    entries.map(access_ends).max()
}
