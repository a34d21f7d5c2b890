//! A copy of the ledger of a server, which has decided.

use super::{Entry, Kind, Ledger, Note, Room};
use crate::store::{Revocation, StoreError};
use crate::timestamp::Timestamp;

impl Ledger {
    /// Keeps a revocation by name without counting it in the share of its subject. If the subject is known, a cut-off of the
    /// server that replaces the revocation removes it.
    pub(in crate::store) fn keep(
        &mut self,
        what: Revocation,
        whose: Option<&str>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.sweep(now);
        let (kind, id, expires_at) = match what {
            Revocation::Token { id, expires_at } => (Kind::Token, id, expires_at),
            Revocation::Family { id, expires_at } => (Kind::Family, id, expires_at),
            _ => return Err(StoreError::new("a copy keeps no revocation of this kind by a name")),
        };
        let entry = Entry {
            ends: Timestamp::ceil(expires_at),
            note: Note::Revoked { subject: whose.map(Into::into) },
        };
        if entry.counts(now) { self.put_in(Room::IfAny, kind, id.into(), entry) } else { Ok(()) }
    }
}
