//! The life cycle of a session in the store: created, loaded, written and ended.

use tower_sessions_core::session::Id;

use super::SessionData;
use super::Sessions;
use super::builder::SessionLimits;
use super::error::{SessionError, SessionErrorKind};
use super::id::{LineagePlace, SessionId, SessionPlace, everybody_place, subject_place};
use super::record::{Generations, Kept, SessionRecord};
use super::records::{Created, Replaced};
use super::together::both;
use crate::random;
use crate::timestamp::Timestamp;

/// The result of looking up an id.
pub(super) enum SessionState<T> {
    Living(T),
    /// A replaced id: a rotation has just given the session another one. Requests that were on their way have this one.
    Replaced,
    Nothing,
}

impl Sessions {
    /// The session with this id, if it is valid; this counts as a use.
    pub(super) async fn look_up(&self, id: &str) -> Result<SessionState<SessionData>, SessionError> {
        let Some(place) = SessionPlace::of(id)? else { return Ok(SessionState::Nothing) };
        let now = self.now()?;
        let found = match self.find(&place, now).await? {
            SessionState::Living(kept) if self.0.limits.is_due(&kept, now) => self.touch(&place, now).await?,
            found => found,
        };
        Ok(found.map(|kept| self.data(kept, now)))
    }

    /// The session that has or had this id, for a logout: this does not count as a use, and ends nothing. A replaced id
    /// is [`SessionState::Replaced`] as long as the session lives under another one.
    pub(super) async fn examine(&self, id: &str) -> Result<SessionState<SessionData>, SessionError> {
        let Some(place) = SessionPlace::of(id)? else { return Ok(SessionState::Nothing) };
        let (now, records) = (self.now()?, &self.0.records);
        if let Some(found) = self.stored(&place, now).await? {
            return Ok(found.map(|kept| self.data(kept, now)));
        }
        let Some(Replaced { lineage, .. }) = records.replaced(&place.end).await? else {
            return Ok(SessionState::Nothing);
        };
        // A concurrent rotation has not yet written the place of the newest.
        let Some(newest) = records.newest(&LineagePlace::of(&lineage)?.newest).await? else {
            return Ok(SessionState::Replaced);
        };
        let lives = match self.stored(&newest, now).await? {
            Some(found) => matches!(found, SessionState::Living(_)),
            // A concurrent rotation has replaced the newest too, and has not yet written where its successor is.
            None => records.replaced(&newest.end).await?.is_some(),
        };
        Ok(if lives { SessionState::Replaced } else { SessionState::Nothing })
    }

    /// The session at `place`, unless a limit or [`delete_all`](Self::delete_all) has ended it.
    pub(super) async fn find(
        &self,
        place: &SessionPlace,
        now: Timestamp,
    ) -> Result<SessionState<Kept>, SessionError> {
        match self.stored(place, now).await? {
            Some(found) => Ok(found),
            None => self.missing(place, now).await,
        }
    }

    /// As [`find`](Self::find); `None` if nothing is stored, or only what has ended.
    async fn stored(
        &self,
        place: &SessionPlace,
        now: Timestamp,
    ) -> Result<Option<SessionState<Kept>>, SessionError> {
        let records = &self.0.records;
        let Some((kept, stored_end)) = records.session(&place.session).await? else { return Ok(None) };
        // Stores may forget late, and settings may have become stricter since.
        if stored_end.min(self.0.limits.end(&kept)) <= now {
            return Ok(Some(SessionState::Nothing));
        }
        let (is_ended, generations) =
            both(records.holds(&place.end), self.generations(&kept.subject)).await?;
        // A request that was cut off has written it back after its end, or the store failed before it was deleted.
        if is_ended {
            records.delete(&place.session).await?;
            return Ok(None);
        }
        Ok(Some(if generations.allow(&kept.generations) {
            SessionState::Living(kept)
        } else {
            SessionState::Nothing
        }))
    }

    /// Finds out why a session is missing.
    ///
    /// An id that a rotation replaced a while ago comes from a client that did not get the new one: the owner, if a
    /// thief rotated, or the thief, if the owner did. It is unknown which, so the session ends.
    async fn missing(
        &self,
        place: &SessionPlace,
        now: Timestamp,
    ) -> Result<SessionState<Kept>, SessionError> {
        let Some(Replaced { lineage, at, mark_end }) = self.0.records.replaced(&place.end).await? else {
            return Ok(SessionState::Nothing);
        };
        // The clocks of two nodes may be apart by more than the grace.
        if now.since(at).max(at.since(now)) < self.0.limits.rotation_grace {
            return Ok(SessionState::Replaced);
        }
        tracing::warn!(
            target: "jwt_guard",
            "the id of a session was used again after a rotation had replaced it: the session is ended"
        );
        self.end_lineage(&lineage, mark_end).await?;
        // Once is enough: a repetition finds an ended session.
        self.0.records.save(place.end, &SessionRecord::Ended, mark_end).await?;
        Ok(SessionState::Nothing)
    }

    /// The generations that a session of `subject` must have. Both are loaded at once, and with the mark of an end, so they cost
    /// one wait.
    pub(super) async fn generations(&self, subject: &str) -> Result<Generations, SessionError> {
        let (subject, everybody) = (subject_place(subject)?, everybody_place()?);
        let records = &self.0.records;
        let (subject, everybody) = both(records.generation(&subject), records.generation(&everybody)).await?;
        Ok(Generations { subject, everybody })
    }

    /// Ends every session under the mark at `place`.
    pub(super) async fn end_generation(&self, place: Id) -> Result<(), SessionError> {
        let expires_at = SessionLimits::generation_end(self.now()?);
        // Random, not a counter: two calls at once cannot leave the same number.
        let entry = SessionRecord::Generation(random::id()?);
        self.0.records.save(place, &entry, expires_at).await
    }

    /// Records the use of the session, unless another request has done so meanwhile.
    async fn touch(&self, place: &SessionPlace, now: Timestamp) -> Result<SessionState<Kept>, SessionError> {
        let _turn = self.0.turns.take(&place.session).await;
        match self.find(place, now).await? {
            SessionState::Living(kept) if self.0.limits.is_due(&kept, now) => {
                self.keep(place, Kept { last_seen: now, ..kept }, now).await
            }
            found => Ok(found),
        }
    }

    /// Writes a session that was loaded before, and removes it again if it was ended meanwhile.
    pub(super) async fn keep(
        &self,
        place: &SessionPlace,
        kept: Kept,
        now: Timestamp,
    ) -> Result<SessionState<Kept>, SessionError> {
        let records = &self.0.records;
        records.save(place.session, &SessionRecord::Session(kept.clone()), self.0.limits.end(&kept)).await?;
        if records.holds(&place.end).await? {
            records.delete(&place.session).await?;
            return self.missing(place, now).await;
        }
        Ok(SessionState::Living(kept))
    }

    /// Writes a session under a new id.
    pub(super) async fn begin(&self, kept: Kept) -> Result<(SessionId, SessionPlace), SessionError> {
        let id = SessionId::draw()?;
        let place = SessionPlace::of(id.as_str())?;
        let expires_at = self.0.limits.end(&kept);
        let place = place.ok_or_else(id_is_taken)?;
        match self.0.records.create(place.session, &SessionRecord::Session(kept), expires_at).await? {
            Created::New => Ok((id, place)),
            Created::Taken => Err(id_is_taken()),
        }
    }

    /// Leaves a mark, then removes the session: in this order, so that a request that writes it back finds the mark.
    pub(super) async fn end(
        &self,
        place: &SessionPlace,
        mark: &SessionRecord,
        mark_end: Timestamp,
    ) -> Result<Created, SessionError> {
        let mark = self.0.records.create(place.end, mark, mark_end).await?;
        self.0.records.delete(&place.session).await?;
        Ok(mark)
    }

    /// Replaces a session by one with a new id. False if it, or its lineage, was ended first.
    pub(super) async fn replace(
        &self,
        old: &SessionPlace,
        new: &SessionPlace,
        lineage: String,
        now: Timestamp,
        mark_end: Timestamp,
    ) -> Result<bool, SessionError> {
        let LineagePlace { newest, end } = LineagePlace::of(&lineage)?;
        // The first call that leaves the mark has ended the old session; another rotation or a logout may have been
        // faster.
        if let Created::Taken = self.end(old, &SessionRecord::Replaced { lineage, at: now }, mark_end).await?
        {
            return Ok(false);
        }
        let records = &self.0.records;
        records.save(newest, &SessionRecord::Newest(*new), mark_end).await?;
        // An end of the lineage leaves its mark, and then looks for the newest id: if it was too early to find this
        // one, the mark is visible here.
        Ok(!records.holds(&end).await?)
    }

    /// Ends the living session of a lineage.
    pub(super) async fn end_lineage(&self, lineage: &str, mark_end: Timestamp) -> Result<(), SessionError> {
        let LineagePlace { newest, end } = LineagePlace::of(lineage)?;
        self.0.records.save(end, &SessionRecord::Ended, mark_end).await?;
        if let Some(place) = self.0.records.newest(&newest).await? {
            self.end(&place, &SessionRecord::Ended, mark_end).await?;
        }
        Ok(())
    }
}

impl<T> SessionState<T> {
    pub(super) fn living(self) -> Option<T> {
        match self {
            Self::Living(session) => Some(session),
            Self::Replaced | Self::Nothing => None,
        }
    }

    pub(super) fn map<U>(self, change: impl FnOnce(T) -> U) -> SessionState<U> {
        match self {
            Self::Living(session) => SessionState::Living(change(session)),
            Self::Replaced => SessionState::Replaced,
            Self::Nothing => SessionState::Nothing,
        }
    }
}

/// 256 random bits are always a new id, so this cannot happen.
fn id_is_taken() -> SessionError {
    SessionError::new(
        SessionErrorKind::Randomness,
        "the id that was drawn is taken: the randomness of this machine, or the session store, does not work",
    )
}
