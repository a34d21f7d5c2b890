//! Server-side sessions: the client holds an opaque random id; the data stays on the server.
//!
//! 1. [`Sessions::create`] draws an id of 256 random bits. The store gets the first 128 bits of its SHA-256 as the name
//!    of the record, so a copy of the store does not help to get in.
//! 2. [`Sessions::read`] refuses malformed ids, loads the record, and checks both limits with the clock of this
//!    service: `idle_timeout` from the last use, `absolute_lifetime` from the login. Both always apply.
//! 3. Then it loads, both at once, the generation of the subject's sessions and that of all sessions.
//!    [`Sessions::delete_all`] and `JwtGuard::logout_everybody` write a new generation, which ends all sessions of
//!    earlier ones.
//! 4. It records the last use once a minute, or once in a tenth of `idle_timeout` if that is less, so that most reads do not
//!    write.
//! 5. An ended session leaves a mark until it would have expired. Every write of a session looks for the mark
//!    afterwards: a request on another machine that loaded the session a moment before the logout, and writes it a
//!    moment after, removes it again.
//! 6. A rotation gives a session another id, and links the old one to its *lineage*. Ending any id of a lineage ends
//!    the living session. So does using an old id, except within a short grace for requests that were on their way:
//!    they are refused, and the session lives on.
//!
//! An id that is unknown, expired, ended or malformed is `None`. A store that does not answer is an error, and never
//! `None`.
//!
//! # The store
//!
//! Any [`SessionStore`] of tower-sessions works, with these requirements:
//!
//! - **It keeps its records.** A store that forgets records before their time forgets logouts of all sessions.
//! - **It is the same for all processes.** With a cache in each process, such as `CachingSessionStore` over memory, a
//!   session lives on there after its logout elsewhere.
//! - **It does not create a record that exists**, as the stores of tower-sessions do. So one of two concurrent
//!   rotations of a session wins, and a logout wins over a rotation.
//!
//! The trait has no compare-and-set. Within one process, changes of a session wait for each other; between processes the
//! last [`Sessions::update`] wins.

mod builder;
mod claims;
mod cookie;
mod data;
mod error;
mod id;
mod identity;
mod life;
mod new_session;
mod record;
mod records;
mod timestamp;
mod together;
mod turns;

use std::fmt;
use std::sync::Arc;

use http::HeaderValue;
use serde::Serialize;
use tower_sessions_core::SessionStore;

pub use crate::principal::SessionData;
pub use builder::SessionsBuilder;
pub use cookie::SessionCookie;
pub use error::{SessionError, SessionErrorKind};
pub use id::SessionId;

pub use new_session::NewSession;

use crate::clock::Clock;
use crate::random;
use crate::timestamp::Timestamp;
use builder::SessionLimits;
use id::SessionPlace;
use record::{Kept, SessionRecord};
use records::{Created, Records, Replaced};
use turns::Turns;

/// Creates, reads and ends sessions. A handle: clones share everything.
///
/// ```
/// use std::time::Duration;
///
/// use jwt_guard::session::{NewSession, Sessions};
/// use tower_sessions_memory_store::MemoryStore;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let sessions = Sessions::builder(MemoryStore::default()).idle_timeout(Duration::from_secs(600)).build()?;
///
/// let id = sessions.create(NewSession::new("alice").scopes(["orders:read"]).payload("a basket")).await?;
/// let session = sessions.read(id.as_str()).await?.expect("it was just begun");
/// assert_eq!(session.subject(), "alice");
/// assert_eq!(session.payload::<String>()?, "a basket");
///
/// // A made-up id, and one that has ended, are refused.
/// assert!(sessions.read("letmein").await?.is_none());
/// sessions.delete(id.as_str()).await?;
/// assert!(sessions.read(id.as_str()).await?.is_none());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Sessions(Arc<SessionsInner>);

struct SessionsInner {
    records: Records,
    limits: SessionLimits,
    cookie: SessionCookie,
    header: Option<String>,
    clock: Arc<dyn Clock>,
    turns: Turns,
}

impl Sessions {
    /// Sessions in `store`, with every setting at its default.
    pub fn new(store: impl SessionStore) -> Self {
        SessionsBuilder::new(store).unchecked()
    }

    /// Starts the settings of sessions in `store`.
    pub fn builder(store: impl SessionStore) -> SessionsBuilder {
        SessionsBuilder::new(store)
    }

    /// Creates a session, for a caller that has just been authenticated, and returns its id. The id is always new: an
    /// earlier or planted id of the client is not used.
    ///
    /// # Errors
    ///
    /// The contents are illegal, or the store, the clock, the crypto backend or the randomness of this machine fails.
    pub async fn create(&self, session: NewSession) -> Result<SessionId, SessionError> {
        let contents = session.checked()?;
        let now = self.now()?;
        let generations = self.generations(&contents.subject).await?;
        let kept = Kept {
            subject: contents.subject,
            scopes: contents.scopes,
            roles: contents.roles,
            payload: contents.payload,
            login: contents.login,
            created_at: now,
            lifetime: self.0.limits.lifetime(),
            last_seen: now,
            lineage: None,
            generations,
        };
        Ok(self.begin(kept).await?.0)
    }

    /// The session with this id, if it is valid; this counts as a use.
    ///
    /// # Errors
    ///
    /// The store, the clock or the crypto backend fails. Then the state of the session is unknown: answer 503, and
    /// refuse the request.
    pub async fn read(&self, id: &str) -> Result<Option<SessionData>, SessionError> {
        Ok(self.look_up(id).await?.living())
    }

    /// Replaces the payload, and returns the changed session; `None` if there is no session with this id.
    ///
    /// # Errors
    ///
    /// The payload is illegal, or as for [`read`](Self::read).
    pub async fn update(
        &self,
        id: &str,
        payload: impl Serialize,
    ) -> Result<Option<SessionData>, SessionError> {
        let payload = new_session::payload_text(payload)?;
        let Some(place) = SessionPlace::of(id)? else { return Ok(None) };
        let _turn = self.0.turns.take(&place.session).await;
        let now = self.now()?;
        let Some(kept) = self.find(&place, now).await?.living() else { return Ok(None) };
        let kept = self.keep(&place, Kept { payload, last_seen: now, ..kept }, now).await?;
        Ok(kept.living().map(|kept| self.data(kept, now)))
    }

    /// Gives the session a new id; the old one is invalid when this returns. `None` if there is no session with this
    /// id. The contents of the session and its absolute limit stay the same.
    ///
    /// Do this when a caller gains rights, so that a person who knew the old id does not gain them too. A use of the
    /// old id after the [grace](SessionsBuilder::rotation_grace) ends the session: then either the old or the new one
    /// is with a thief.
    ///
    /// # Errors
    ///
    /// As for [`read`](Self::read). Then the old id may be valid or not; a new one is not returned.
    pub async fn rotate(&self, id: &str) -> Result<Option<SessionId>, SessionError> {
        let Some(place) = SessionPlace::of(id)? else { return Ok(None) };
        let _turn = self.0.turns.take(&place.session).await;
        let now = self.now()?;
        let Some(kept) = self.find(&place, now).await?.living() else { return Ok(None) };
        let lineage = kept.lineage.clone().map_or_else(random::id, Ok)?;
        let kept = Kept { last_seen: now, lineage: Some(lineage.clone()), ..kept };
        let mark_end = SessionLimits::mark_end(&kept);
        let (new, new_place) = self.begin(kept).await?;
        match self.replace(&place, &new_place, lineage, now, mark_end).await {
            Ok(true) => Ok(Some(new)),
            Ok(false) => {
                self.0.records.delete(&new_place.session).await?;
                Ok(None)
            }
            Err(error) => {
                // The id is never given out, so it does not matter whether this succeeds.
                drop(self.0.records.delete(&new_place.session).await);
                Err(error)
            }
        }
    }

    /// Ends the session with this id, even if a rotation has replaced it: all ids of a session end together. A missing
    /// session is not an error.
    ///
    /// # Errors
    ///
    /// The store or the crypto backend fails. The session may still live: tell the user that they may not be logged out.
    pub async fn delete(&self, id: &str) -> Result<(), SessionError> {
        let Some(place) = SessionPlace::of(id)? else { return Ok(()) };
        let _turn = self.0.turns.take(&place.session).await;
        // Only sessions get marks: made-up ids must not fill the store.
        if let Some((kept, _)) = self.0.records.session(&place.session).await?
            && let Created::New =
                self.end(&place, &SessionRecord::Ended, SessionLimits::mark_end(&kept)).await?
        {
            return Ok(());
        }
        // It is missing, or another call was faster. If that was a rotation, the session lives on under another id.
        match self.0.records.replaced(&place.end).await? {
            Some(Replaced { lineage, mark_end, .. }) => self.end_lineage(&lineage, mark_end).await,
            None => Ok(()),
        }
    }

    /// Ends every session of `subject`, even those unknown to this process. A session that is created after this
    /// returns is valid, even in the same instant; one that is being created meanwhile may not be.
    ///
    /// # Errors
    ///
    /// The store, the clock, the crypto backend or the randomness of this machine fails. The sessions may still live.
    pub async fn delete_all(&self, subject: &str) -> Result<(), SessionError> {
        self.end_generation(id::subject_place(subject)?).await
    }

    /// Ends every session, as [`delete_all`](Self::delete_all) does for one subject.
    pub(crate) async fn delete_everybody(&self) -> Result<(), SessionError> {
        self.end_generation(id::everybody_place()?).await
    }

    /// The name of the cookie with the id.
    pub fn cookie_name(&self) -> &str {
        self.0.cookie.cookie_name()
    }

    pub(crate) fn is_for_plain_http(&self) -> bool {
        self.0.cookie.is_for_plain_http()
    }

    /// The `Set-Cookie` value that sets `id`. It is marked as sensitive, so that logs of headers hide it.
    pub fn set_cookie(&self, id: &SessionId) -> HeaderValue {
        self.0.cookie.set(id)
    }

    /// The `Set-Cookie` value that removes the cookie.
    pub fn clear_cookie(&self) -> HeaderValue {
        self.0.cookie.clear()
    }

    fn data(&self, kept: Kept, now: Timestamp) -> SessionData {
        let (expires_at, is_fresh) = (self.0.limits.end(&kept), self.0.limits.is_fresh(&kept, now));
        SessionData::new(kept, expires_at, is_fresh)
    }

    fn now(&self) -> Result<Timestamp, SessionError> {
        Timestamp::of(self.0.clock.now())
    }
}

/// Shows the settings and hides the store: many stores would show every session.
impl fmt::Debug for Sessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sessions")
            .field("limits", &self.0.limits)
            .field("cookie", &self.0.cookie)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
