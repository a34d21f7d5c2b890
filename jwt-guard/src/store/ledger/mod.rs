//! The rules of revocation and rotation that all stores share, as plain functions over plain maps.
//!
//! The ledger reads no clock, does no I/O and takes no lock. An entry counts until five minutes (the largest leeway of
//! a guard) after its token has expired; every write forgets a few older entries.
//!
//! Time does not order events, because clocks differ: each cut-off starts a new epoch, and covers everything from
//! earlier ones. The names of logins contain the epoch of their beginning (`era`).

#[cfg(feature = "store-redis")]
mod copy;
mod cut;
mod entry;
mod era;
mod index;
#[cfg(any(feature = "store-file", test))]
mod journal;
mod login;
mod table;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::SystemTime;

use crate::store::limits::{warn_of_full_revocations, warn_of_issued, warn_of_revocations};
use crate::store::subject::{with_key, with_owner};
use crate::store::{Issued, Revocation, StoreError, StoreLimits, Subject, TokenInfo, TokenStatus};
use crate::timestamp::Timestamp;

#[cfg(feature = "store-redis")]
pub(super) use cut::CutOff;
pub(super) use entry::{Entry, Kind, Login, Note};
#[cfg(feature = "store-redis")]
pub(super) use era::{mark, new_line, read_mark};
#[cfg(feature = "store-file")]
pub(super) use journal::Change;
use table::LedgerTable;

/// How many old entries a write forgets at most, while no budget is full. It adds two at most, so the ledger does not
/// grow with old entries.
const SWEEP: usize = 16;

/// The name of the cut-off of all subjects. The key of a subject is another.
pub(super) const EVERYBODY: &str = "*";

/// Whether an entry may go beyond a budget.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Room {
    /// It may not.
    IfAny,
    /// It must not be refused: what it is about is forgotten already, or a living login depends on it. Beyond a full budget,
    /// this is one cut-off and one login of a subject: a second login would become part of the cut-off. So would a second access
    /// token that a refresh ends, beyond twice the budget.
    Always,
}

fn full() -> StoreError {
    StoreError::new("it is full")
}

/// Revoked tokens, logins and subjects; living logins; issued tokens.
pub(super) struct Ledger {
    tokens: LedgerTable,
    families: LedgerTable,
    subjects: LedgerTable,
    logins: LedgerTable,
    allowed: LedgerTable,
    limits: StoreLimits,
    /// The line of this ledger; `None` until the first mark is requested.
    line: Option<Arc<str>>,
    /// The number of cut-offs.
    epoch: u64,
    /// The changes, for a store that writes them; `None` for other stores.
    #[cfg(any(feature = "store-file", test))]
    changed: Option<Vec<journal::Changed>>,
}

impl Ledger {
    pub(super) fn new(limits: StoreLimits) -> Self {
        let [tokens, families, subjects, logins, allowed] = [(); 5].map(|()| LedgerTable::default());
        Self {
            tokens,
            families,
            subjects,
            logins,
            allowed,
            limits,
            line: None,
            epoch: 0,
            #[cfg(any(feature = "store-file", test))]
            changed: None,
        }
    }

    pub(super) fn revoke(
        &mut self,
        what: Revocation,
        whose: Option<&Subject>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.sweep(now);
        let whose = whose.map(|subject| subject.key().into());
        match self.of_login(what).by_name() {
            Revocation::Token { id, expires_at } | Revocation::TokenOf { id, expires_at, .. } => {
                self.revoke_token(id.into(), whose, Timestamp::ceil(expires_at), now, Room::IfAny)
            }
            Revocation::Family { id, expires_at } | Revocation::FamilyOf { id, expires_at, .. } => {
                self.revoke_family(id.into(), whose, Timestamp::ceil(expires_at), now)
            }
            Revocation::Subject { subject, issued_before, expires_at } => {
                self.cut(subject.key().into(), Timestamp::ceil(issued_before), Timestamp::ceil(expires_at))
            }
            Revocation::All { issued_before, expires_at } => {
                self.cut(EVERYBODY.into(), Timestamp::ceil(issued_before), Timestamp::ceil(expires_at))
            }
        }
    }

    pub(super) fn allow(&mut self, token: Issued, now: Timestamp) -> Result<(), StoreError> {
        self.sweep(now);
        let Issued { id, subject, family, expires_at } = token;
        let (subject, family) = (Arc::<str>::from(subject.key()), family.map(Arc::from));
        if self.allowed.get(&id).is_none() {
            self.require_room(Kind::Allowed, &subject, self.limits.most_issued())?;
        }
        while self.allowed.get(&id).is_none() && self.allowed.count_of(&subject) >= self.limits.most_issued()
        {
            let Some(first) = self.allowed.of_subject(&subject).next().cloned() else { break };
            if self.allowed.living(&first, now).is_some() {
                warn_of_issued(&self.limits);
            }
            self.remove(Kind::Allowed, &first);
        }
        let note = Note::Allowed { subject, family };
        self.put(Kind::Allowed, id.into(), Entry { ends: Timestamp::ceil(expires_at), note })
    }

    pub(super) fn token_status(&self, token: &TokenInfo<'_>, now: SystemTime) -> TokenStatus {
        let now = Timestamp::floor(now);
        let named = |table: &LedgerTable, name: Option<&str>| {
            let lives = |name: &str| table.living(name, now).is_some();
            // Revoked of every issuer, or of this one.
            !table.is_empty() && name.is_some_and(|name| lives(name) || with_key(token.issuer, name, lives))
        };
        let revoked = named(&self.tokens, token.id)
            || named(&self.families, token.family)
            || self.is_cut_off(token, now);
        if revoked { TokenStatus::Revoked } else { TokenStatus::Valid }
    }

    pub(super) fn is_allowed(&self, id: &str, now: SystemTime) -> TokenStatus {
        let now = Timestamp::floor(now);
        let Some(Note::Allowed { subject, family }) = self.allowed.living(id, now).map(|entry| &entry.note)
        else {
            return TokenStatus::Revoked;
        };
        let revoked = self.tokens.living(id, now).is_some()
            || family.as_ref().is_some_and(|family| {
                self.families.living(family, now).is_some() || self.is_outrun(subject, family, now)
            });
        if revoked { TokenStatus::Revoked } else { TokenStatus::Valid }
    }

    /// Whether nothing is revoked, so that [`token_status`](Self::token_status) need not be asked.
    pub(super) fn revokes_nothing(&self) -> bool {
        self.tokens.is_empty() && self.families.is_empty() && self.subjects.is_empty()
    }

    /// Whether a cut-off covers a token: by the epoch in which its login began, else by the time of its issue.
    fn is_cut_off(&self, token: &TokenInfo<'_>, now: Timestamp) -> bool {
        if self.subjects.is_empty() {
            return false;
        }
        let began = token.family.and_then(|family| self.epoch_of(family));
        let covers = |cut_off: &Entry| match (&cut_off.note, began) {
            (Note::CutOff { epoch, .. }, Some(began)) => began < *epoch,
            (Note::CutOff { before, .. }, None) => {
                token.issued_at.is_none_or(|issued_at| Timestamp::floor(issued_at) < *before)
            }
            _ => false,
        };
        self.subjects.living(EVERYBODY, now).is_some_and(covers)
            || with_owner(token, |key| self.subjects.living(key, now).is_some_and(covers))
    }

    fn revoke_token(
        &mut self,
        name: Arc<str>,
        whose: Option<Arc<str>>,
        ends: Timestamp,
        now: Timestamp,
        room: Room,
    ) -> Result<(), StoreError> {
        let listed = self.allowed.get(&name).and_then(Entry::subject).cloned();
        self.revoke_one(Kind::Token, name.clone(), whose.or(listed), ends, now, room)?;
        self.remove(Kind::Allowed, &name);
        Ok(())
    }

    /// Revokes a token or a login by name. A subject has a limited number of such entries; beyond it, one cut-off
    /// replaces them.
    fn revoke_one(
        &mut self,
        kind: Kind,
        name: Arc<str>,
        subject: Option<Arc<str>>,
        ends: Timestamp,
        now: Timestamp,
        room: Room,
    ) -> Result<(), StoreError> {
        if now >= ends.plus(Timestamp::LEEWAY) {
            return Ok(());
        }
        if let (Some(subject), None) = (&subject, self.table(kind).get(&name)) {
            if self.revocations_of(subject) >= self.limits.most_revocations() {
                self.forget_ended(&[Kind::Token, Kind::Family], subject, now);
            }
            let (is_full, count) = (self.is_full_for(kind, room), self.revocations_of(subject));
            let is_too_many = count >= self.limits.most_revocations();
            if (is_full || is_too_many)
                && kind == Kind::Family
                && let Some(epoch) = self.outrun_by(subject, &name, now)
            {
                // A cut-off has ended that login, and lasts longer. Another one would end later logins too.
                let note = Note::CutOff { before: Timestamp::default(), epoch };
                return self.put_in(Room::Always, Kind::Subject, subject.clone(), Entry { ends, note });
            }
            if is_too_many || is_full && count > 0 {
                if is_too_many {
                    warn_of_revocations(&self.limits);
                } else {
                    warn_of_full_revocations(&self.limits);
                }
                return self.cut_instead(subject.clone(), ends, now);
            }
        }
        self.put_in(room, kind, name, Entry { ends, note: Note::Revoked { subject } })
    }

    /// Merges the known and the new entry, and keeps the stricter values.
    fn put(&mut self, kind: Kind, name: Arc<str>, entry: Entry) -> Result<(), StoreError> {
        self.put_in(Room::IfAny, kind, name, entry)
    }

    fn put_in(&mut self, room: Room, kind: Kind, name: Arc<str>, entry: Entry) -> Result<(), StoreError> {
        let entry = match self.table(kind).get(&name) {
            Some(known) => {
                let entry = entry.stricter(known);
                if entry == *known {
                    return Ok(());
                }
                entry
            }
            None if room == Room::IfAny && !self.has_room(kind) => return Err(full()),
            None => entry,
        };
        self.note_change(kind, &name);
        self.table_mut(kind).put(name, entry);
        Ok(())
    }

    /// Whether one more entry of a subject finds room when what it has beyond its share has made way, before that does.
    fn require_room(&self, kind: Kind, subject: &str, most: usize) -> Result<(), StoreError> {
        let ways = self.table(kind).count_of(subject).saturating_add(1).saturating_sub(most);
        if self.has_room_beside(kind, ways) { Ok(()) } else { Err(full()) }
    }

    fn has_room(&self, kind: Kind) -> bool {
        self.has_room_beside(kind, 0)
    }

    /// Whether there is room when so many entries are gone.
    fn has_room_beside(&self, kind: Kind, gone: usize) -> bool {
        match kind {
            Kind::Allowed => self.allowed.len().saturating_sub(gone) < self.limits.issued,
            Kind::Login => self.logins.len().saturating_sub(gone) < self.limits.logins,
            Kind::Era | Kind::Family | Kind::Subject | Kind::Token => {
                self.revocations().saturating_sub(gone) < self.limits.revocations
            }
        }
    }

    /// Whether the revocation of a subject goes beyond the budget. The access tokens that refreshes end have as much room
    /// again: each refresh makes one, and a cut-off in their place would end all logins of users who only go on.
    fn is_full_for(&self, kind: Kind, room: Room) -> bool {
        let times = if (kind, room) == (Kind::Token, Room::Always) { 2 } else { 1 };
        self.revocations() >= self.limits.revocations.saturating_mul(times)
    }

    fn revocations_of(&self, subject: &str) -> usize {
        self.tokens.count_of(subject) + self.families.count_of(subject)
    }

    fn revocations(&self) -> usize {
        self.tokens.len() + self.families.len() + self.subjects.len()
    }

    fn remove(&mut self, kind: Kind, name: &str) -> Option<Entry> {
        let (name, entry) = self.table_mut(kind).remove(name)?;
        self.note_change(kind, &name);
        Some(entry)
    }

    /// Forgets what has ended of a subject, before that counts as more than its share.
    fn forget_ended(&mut self, kinds: &[Kind], subject: &str, now: Timestamp) {
        for kind in kinds.iter().copied() {
            let table = self.table(kind);
            let ended = table.of_subject(subject).filter(|name| table.living(name, now).is_none());
            for name in ended.cloned().collect::<Vec<_>>() {
                self.remove(kind, &name);
            }
        }
    }

    /// Before every write: forgets some of what has ended, and as much of it as makes a budget full.
    fn sweep(&mut self, now: Timestamp) {
        for kind in Kind::TABLES {
            let mut forgotten = 0;
            while forgotten < SWEEP || !self.has_room(kind) {
                forgotten += 1;
                let Some(name) = self.table_mut(kind).forget_one(now) else { break };
                self.note_change(kind, &name);
            }
        }
    }

    #[cfg(any(feature = "store-file", test))]
    fn note_change(&mut self, kind: Kind, name: &Arc<str>) {
        if let Some(changed) = &mut self.changed {
            changed.push(journal::Changed::Entry(kind, name.clone()));
        }
    }

    #[cfg(not(any(feature = "store-file", test)))]
    #[expect(
        clippy::needless_pass_by_ref_mut,
        clippy::unused_self,
        reason = "a store that writes changes down needs it"
    )]
    fn note_change(&mut self, _: Kind, _: &Arc<str>) {}

    pub(super) fn len(&self) -> usize {
        Kind::TABLES.into_iter().map(|kind| self.table(kind).len()).sum()
    }

    fn table(&self, kind: Kind) -> &LedgerTable {
        match kind {
            Kind::Allowed => &self.allowed,
            Kind::Family => &self.families,
            Kind::Login => &self.logins,
            Kind::Era | Kind::Subject => &self.subjects,
            Kind::Token => &self.tokens,
        }
    }

    fn table_mut(&mut self, kind: Kind) -> &mut LedgerTable {
        match kind {
            Kind::Allowed => &mut self.allowed,
            Kind::Family => &mut self.families,
            Kind::Login => &mut self.logins,
            Kind::Era | Kind::Subject => &mut self.subjects,
            Kind::Token => &mut self.tokens,
        }
    }
}
