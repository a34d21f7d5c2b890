//! Reads and writes sessions and marks in the store.

use std::sync::Arc;

use tower_sessions_core::SessionStore;
use tower_sessions_core::session::Id;

use super::error::SessionError;
use super::id::SessionPlace;
use super::record::{Kept, SessionRecord, unexpected};
use crate::timestamp::Timestamp;

pub(super) struct Records(Arc<dyn SessionStore>);

/// What a rotation left in place of a session.
pub(super) struct Replaced {
    pub(super) lineage: String,
    /// The time of the rotation.
    pub(super) at: Timestamp,
    /// Until when marks on this session are kept.
    pub(super) mark_end: Timestamp,
}

/// The result of creating an entry.
pub(super) enum Created {
    /// The name was free, and has the new entry.
    New,
    /// The name was taken, and its entry is unchanged.
    Taken,
}

impl Records {
    pub(super) fn new(store: impl SessionStore) -> Self {
        Self(Arc::new(store))
    }

    /// The session at `place`, and its expiry in the store.
    pub(super) async fn session(&self, place: &Id) -> Result<Option<(Kept, Timestamp)>, SessionError> {
        let Some(record) = self.0.load(place).await? else { return Ok(None) };
        match SessionRecord::read(&record)? {
            SessionRecord::Session(kept) => Ok(Some((kept, Timestamp::of_store(record.expiry_date)))),
            _ => Err(unexpected()),
        }
    }

    /// `None` if the session was ended, or there is no mark.
    pub(super) async fn replaced(&self, place: &Id) -> Result<Option<Replaced>, SessionError> {
        let Some(record) = self.0.load(place).await? else { return Ok(None) };
        match SessionRecord::read(&record)? {
            SessionRecord::Replaced { lineage, at } => {
                Ok(Some(Replaced { lineage, at, mark_end: Timestamp::of_store(record.expiry_date) }))
            }
            SessionRecord::Ended => Ok(None),
            _ => Err(unexpected()),
        }
    }

    /// The place of the newest session of a lineage.
    pub(super) async fn newest(&self, place: &Id) -> Result<Option<SessionPlace>, SessionError> {
        let Some(record) = self.0.load(place).await? else { return Ok(None) };
        match SessionRecord::read(&record)? {
            SessionRecord::Newest(place) => Ok(Some(place)),
            _ => Err(unexpected()),
        }
    }

    /// The generation that sessions of a subject, or all sessions, must have; `None` if all are valid.
    pub(super) async fn generation(&self, place: &Id) -> Result<Option<String>, SessionError> {
        let Some(record) = self.0.load(place).await? else { return Ok(None) };
        match SessionRecord::read(&record)? {
            SessionRecord::Generation(generation) => Ok(Some(generation)),
            _ => Err(unexpected()),
        }
    }

    /// Whether there is an entry at `place`.
    pub(super) async fn holds(&self, place: &Id) -> Result<bool, SessionError> {
        Ok(self.0.load(place).await?.is_some())
    }

    /// Writes an entry, unless there is one.
    ///
    /// Stores that find the name taken choose another one. Stores with the trait's default method overwrite; with them
    /// every entry counts as new.
    pub(super) async fn create(
        &self,
        place: Id,
        entry: &SessionRecord,
        expires_at: Timestamp,
    ) -> Result<Created, SessionError> {
        let mut record = entry.write(place, expires_at)?;
        self.0.create(&mut record).await?;
        if record.id == place {
            return Ok(Created::New);
        }
        self.0.delete(&record.id).await?;
        Ok(Created::Taken)
    }

    /// Writes an entry, replacing an existing one.
    pub(super) async fn save(
        &self,
        place: Id,
        entry: &SessionRecord,
        expires_at: Timestamp,
    ) -> Result<(), SessionError> {
        Ok(self.0.save(&entry.write(place, expires_at)?).await?)
    }

    pub(super) async fn delete(&self, place: &Id) -> Result<(), SessionError> {
        Ok(self.0.delete(place).await?)
    }
}
