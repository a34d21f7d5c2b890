//! The life of a session in the store: begun, loaded, written and ended.

use super::Sessions;
use super::data::SessionData;
use super::error::{SessionError, SessionErrorKind};
use super::id::{Place, SessionId, subject_place};
use super::moment::Moment;
use super::record::{Entry, Kept};
use super::records::Created;

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
        let generation = self.0.records.generation(&subject_place(&kept.subject)?).await?;
        // Without a mark nothing was ended for as long as sessions live, so every generation counts.
        Ok(if generation.is_none() || generation == kept.generation { Some(kept) } else { None })
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
