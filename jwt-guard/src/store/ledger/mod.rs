//! What all stores agree on: the rules of revocation and rotation, as plain functions over plain maps.
//!
//! The ledger reads no clock, does no I/O and takes no lock. An entry counts until five minutes, the largest leeway of a
//! guard, after its token has ended; every write forgets a few entries that no longer do.

#[cfg(any(feature = "store-file", test))]
mod journal;
mod table;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::SystemTime;

use crate::store::moment::Moment;
use crate::store::{Family, Revocation, Rotated, Rotation, Standing, StoreError, TokenFacts};

#[cfg(feature = "store-file")]
pub(super) use journal::Change;
use table::Table;
pub(super) use table::{Entry, Kind, Note};

/// How many entries that no longer count a write forgets at most. It adds two at most, so the ledger never falls behind.
const SWEEP: usize = 16;

/// Revoked tokens, logins and subjects; living logins; issued tokens.
pub(super) struct Ledger {
    tokens: Table,
    families: Table,
    subjects: Table,
    logins: Table,
    allowed: Table,
    capacity: usize,
    /// What changed, for a store that writes it down; `None` where nobody asks.
    changed: Option<Vec<(Kind, Arc<str>)>>,
}

impl Ledger {
    /// How many entries a store takes if nothing else is said.
    pub(super) const CAPACITY: usize = 1_000_000;

    pub(super) fn new(capacity: usize) -> Self {
        let [tokens, families, subjects, logins, allowed] = [(); 5].map(|()| Table::default());
        Self { tokens, families, subjects, logins, allowed, capacity, changed: None }
    }

    pub(super) fn revoke(&mut self, what: Revocation, now: Moment) -> Result<(), StoreError> {
        self.sweep(now);
        match what {
            Revocation::Token { id, expires_at } => {
                self.remove(Kind::Allowed, &id);
                self.put(Kind::Token, id.into(), Entry::mark(Moment::ceil(expires_at)))
            }
            Revocation::Family { id, expires_at } => self.revoke_family(id.into(), Moment::ceil(expires_at)),
            Revocation::Subject { subject, issued_before, expires_at } => {
                let note = Note::CutOff(Moment::ceil(issued_before));
                self.put(Kind::Subject, subject.into(), Entry { ends: Moment::ceil(expires_at), note })
            }
        }
    }

    pub(super) fn begin(&mut self, family: Family, now: Moment) -> Result<(), StoreError> {
        self.sweep(now);
        if self.families.living(&family.id, now).is_some() {
            return Err(StoreError::new("a new login has the name of a revoked one"));
        }
        match self.logins.living(&family.id, now).map(|login| &login.note) {
            // The same once more, by somebody who lost the answer.
            Some(Note::Login { current, previous: None, .. }) if **current == *family.token => return Ok(()),
            Some(_) => return Err(StoreError::new("a new login has the name of a living one")),
            None => {}
        }
        let note = Note::Login { current: family.token.into(), previous: None, rotated: now };
        self.put(Kind::Login, family.id.into(), Entry { ends: Moment::ceil(family.expires_at), note })
    }

    pub(super) fn rotate(&mut self, rotation: Rotation, now: Moment) -> Result<Rotated, StoreError> {
        self.sweep(now);
        let Rotation { family, presented, next, expires_at, grace } = rotation;
        let Some(login) = self.logins.living(&family, now) else { return Ok(Rotated::Unknown) };
        let Note::Login { current, previous, rotated } = &login.note else { return Ok(Rotated::Unknown) };
        let ends = login.ends.max(Moment::ceil(expires_at));
        if **current == *presented {
            let note = Note::Login { current: next.into(), previous: Some(presented.into()), rotated: now };
            self.put(Kind::Login, family.into(), Entry { ends, note })?;
            Ok(Rotated::Fresh)
        } else if previous.as_deref() == Some(&*presented) && now < rotated.plus(grace) {
            Ok(Rotated::Retried)
        } else {
            self.revoke_family(family.into(), ends)?;
            Ok(Rotated::Reused)
        }
    }

    pub(super) fn allow(
        &mut self,
        id: String,
        expires_at: SystemTime,
        now: Moment,
    ) -> Result<(), StoreError> {
        self.sweep(now);
        self.put(Kind::Allowed, id.into(), Entry::mark(Moment::ceil(expires_at)))
    }

    pub(super) fn standing(&self, token: &TokenFacts<'_>, now: SystemTime) -> Standing {
        let now = Moment::floor(now);
        let named = |table: &Table, name: Option<&str>| {
            !table.is_empty() && name.is_some_and(|name| table.living(name, now).is_some())
        };
        let revoked = named(&self.tokens, token.id)
            || named(&self.families, token.family)
            || self
                .cut_off(token.subject, now)
                .is_some_and(|cut_off| token.issued_at.is_none_or(|issued| Moment::floor(issued) < cut_off));
        if revoked { Standing::Revoked } else { Standing::Good }
    }

    pub(super) fn is_allowed(&self, id: &str, now: SystemTime) -> Standing {
        let now = Moment::floor(now);
        if self.allowed.living(id, now).is_some() && self.tokens.living(id, now).is_none() {
            Standing::Good
        } else {
            Standing::Revoked
        }
    }

    /// Before which moment tokens of `subject` must have been issued to be revoked.
    pub(super) fn cut_off(&self, subject: &str, now: Moment) -> Option<Moment> {
        match self.subjects.living(subject, now)?.note {
            Note::CutOff(before) => Some(before),
            Note::Mark | Note::Login { .. } => None,
        }
    }

    /// Whether nothing is revoked, so that [`standing`](Self::standing) need not be asked.
    pub(super) fn revokes_nothing(&self) -> bool {
        self.tokens.is_empty() && self.families.is_empty() && self.subjects.is_empty()
    }

    /// A login that is revoked makes room for its revocation: reuse is acted on even when the store is full.
    fn revoke_family(&mut self, name: Arc<str>, ends: Moment) -> Result<(), StoreError> {
        let login = self.remove(Kind::Login, &name).map_or(ends, |login| login.ends);
        self.put(Kind::Family, name, Entry::mark(ends.max(login)))
    }

    /// Keeps the stricter of what is known and what is new.
    fn put(&mut self, kind: Kind, name: Arc<str>, entry: Entry) -> Result<(), StoreError> {
        let entry = match self.table(kind).get(&name) {
            Some(known) => entry.stricter(known),
            None if self.len() >= self.capacity => return Err(StoreError::new("it is full")),
            None => entry,
        };
        self.note_change(kind, &name);
        self.table_mut(kind).put(name, entry);
        Ok(())
    }

    fn remove(&mut self, kind: Kind, name: &str) -> Option<Entry> {
        let (name, entry) = self.table_mut(kind).remove(name)?;
        self.note_change(kind, &name);
        Some(entry)
    }

    fn sweep(&mut self, now: Moment) {
        for kind in Kind::ALL {
            for _ in 0..SWEEP {
                let Some(name) = self.table_mut(kind).forget_one(now) else { break };
                self.note_change(kind, &name);
            }
        }
    }

    fn note_change(&mut self, kind: Kind, name: &Arc<str>) {
        if let Some(changed) = &mut self.changed {
            changed.push((kind, name.clone()));
        }
    }

    pub(super) fn len(&self) -> usize {
        Kind::ALL.into_iter().map(|kind| self.table(kind).len()).sum()
    }

    fn table(&self, kind: Kind) -> &Table {
        match kind {
            Kind::Allowed => &self.allowed,
            Kind::Family => &self.families,
            Kind::Login => &self.logins,
            Kind::Subject => &self.subjects,
            Kind::Token => &self.tokens,
        }
    }

    fn table_mut(&mut self, kind: Kind) -> &mut Table {
        match kind {
            Kind::Allowed => &mut self.allowed,
            Kind::Family => &mut self.families,
            Kind::Login => &mut self.logins,
            Kind::Subject => &mut self.subjects,
            Kind::Token => &mut self.tokens,
        }
    }
}
