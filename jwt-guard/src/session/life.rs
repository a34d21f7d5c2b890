//! The life of a session in the store: begun, loaded, written and ended.

use tower_sessions_core::session::Id;

use super::Sessions;
use super::data::SessionData;
use super::error::{SessionError, SessionErrorKind};
use super::id::{Place, SessionId, everybody_place, subject_place};
use super::moment::Moment;
use super::record::{Entry, Generations, Kept};
use super::records::Created;
use super::together::both;
use crate::random;

impl Sessions {
    /// The session at `place`, if neither a limit nor [`delete_all`](Self::delete_all) has ended it.
    pub(super) async fn living(&self, place: &Place, now: Moment) -> Result<Option<Kept>, SessionError> {
        let Some((kept, stored_end)) = self.0.records.session(&place.session).await? else {
            return Ok(None);
        };
        // Stores may forget late, and settings may have become stricter since.
        if stored_end.min(self.0.limits.end(&kept)) <= now {
            return Ok(None);
        }
        let generations = self.generations(&kept.subject).await?;
        Ok(generations.allow(&kept.generations).then_some(kept))
    }

    /// With which generations a session of `subject` counts. Both are asked for at once: the second costs no time.
    pub(super) async fn generations(&self, subject: &str) -> Result<Generations, SessionError> {
        let (subject, everybody) = (subject_place(subject)?, everybody_place()?);
        let records = &self.0.records;
        let (subject, everybody) = both(records.generation(&subject), records.generation(&everybody)).await?;
        Ok(Generations { subject, everybody })
    }

    /// Ends every session that counts under the mark at `place`.
    pub(super) async fn end_generation(&self, place: Id) -> Result<(), SessionError> {
        let expires_at = self.0.limits.mark_end(self.now()?);
        // Random, and not one more than the last: two calls at once cannot leave the same one behind.
        let entry = Entry::Generation(random::id()?);
        self.0.records.save(place, &entry, expires_at).await
    }

    /// Writes that the session was used, if no other request has done so meanwhile.
    pub(super) async fn touch(
        &self,
        place: &Place,
        now: Moment,
    ) -> Result<Option<SessionData>, SessionError> {
        let _turn = self.0.turns.take(&place.session).await;
        match self.living(place, now).await? {
            Some(kept) if self.0.limits.is_due(&kept, now) => {
                self.keep(place, Kept { last_seen: now, ..kept }).await
            }
            kept => Ok(kept.map(|kept| self.data(kept))),
        }
    }

    /// Writes a session that was loaded before, and takes it away again if it was ended meanwhile.
    pub(super) async fn keep(&self, place: &Place, kept: Kept) -> Result<Option<SessionData>, SessionError> {
        let records = &self.0.records;
        records.save(place.session, &Entry::Session(kept.clone()), self.0.limits.end(&kept)).await?;
        if records.holds(&place.end).await? {
            records.delete(&place.session).await?;
            return Ok(None);
        }
        Ok(Some(self.data(kept)))
    }

    /// Writes a session under an id of its own.
    pub(super) async fn begin(&self, kept: Kept) -> Result<(SessionId, Place), SessionError> {
        let id = SessionId::draw()?;
        let place = Place::of(id.as_str())?;
        let expires_at = self.0.limits.end(&kept);
        let place = place.ok_or_else(id_is_taken)?;
        match self.0.records.create(place.session, &Entry::Session(kept), expires_at).await? {
            Created::New => Ok((id, place)),
            Created::Taken => Err(id_is_taken()),
        }
    }

    /// Leaves the mark, then takes the session away: in this order, so that whoever writes it back finds the mark.
    pub(super) async fn end(&self, place: &Place, now: Moment) -> Result<Created, SessionError> {
        let expires_at = self.0.limits.mark_end(now);
        let mark = self.0.records.create(place.end, &Entry::Ended, expires_at).await?;
        self.0.records.delete(&place.session).await?;
        Ok(mark)
    }
}

/// 256 random bits that are no id, or that were drawn before.
fn id_is_taken() -> SessionError {
    SessionError::new(
        SessionErrorKind::Randomness,
        "the id that was drawn is taken: the randomness of this machine, or the session store, does not work",
    )
}
