//! Server-side sessions: the client holds a name that says nothing, the server holds everything else.
//!
//! 1. [`Sessions::create`] draws an id of 256 random bits. The store is given the first 128 bits of its SHA-256 as the
//!    name of the record, so a copy of the store lets nobody in.
//! 2. [`Sessions::read`] refuses what no id looks like, loads the record, and checks both limits with the clock of this
//!    service: `idle` from the last use, `absolute` from the login. Both are always on.
//! 3. It then loads, both at once, what counts for every session of the subject and for every session:
//!    [`Sessions::delete_all`] and `JwtGuard::logout_everybody` leave a generation there, and sessions that were begun with
//!    another are over.
//! 4. Once a minute it writes that the session was used. No more, so that reading stays reading.
//! 5. A session that was ended leaves a mark until it would have expired. Whoever writes a session looks for the mark
//!    afterwards: a request on another machine, which loaded the session a moment before the logout and writes it a moment
//!    after, takes it away again.
//! 6. A rotation gives a session another id, and leaves on the old one which lineage of ids it belongs to. Ending any of them
//!    ends the one that lives. So does using an old one, but for a short grace, in which requests that were on their way
//!    come with it: they are refused, and the session lives on.
//!
//! An id that is unknown, expired, ended or malformed is `None`. A store that does not answer is an error, and never
//! `None`.
//!
//! # The store
//!
//! Any [`SessionStore`] of tower-sessions works. What it has to keep:
//!
//! - **What it was told.** A store that forgets records before their time forgets logouts of all sessions.
//! - **One truth.** A cache of its own in each process, such as `CachingSessionStore` over memory, lets a session live on
//!   there after its logout elsewhere.
//! - **A refusal to create what exists**, as the stores of tower-sessions do. Of two rotations of one session at the same
//!   time, that lets one win, and of a rotation and a logout the logout.
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
use builder::Limits;
use id::Place;
use record::{Entry, Kept};
use records::{Created, Records};
use turns::Turns;

/// Begins, reads and ends sessions. A handle: clones share everything.
///
/// ```
/// use std::time::Duration;
///
/// use jwt_guard::session::{NewSession, Sessions};
/// use tower_sessions_memory_store::MemoryStore;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let sessions = Sessions::builder(MemoryStore::default()).idle(Duration::from_secs(600)).build()?;
///
/// let id = sessions.create(NewSession::new("alice").scopes(["orders:read"]).payload("a basket")).await?;
/// let session = sessions.read(id.as_str()).await?.expect("it was just begun");
/// assert_eq!(session.subject(), "alice");
/// assert_eq!(session.payload::<String>()?, "a basket");
///
/// // A made-up id, and one that has ended, are nobody's.
/// assert!(sessions.read("letmein").await?.is_none());
/// sessions.delete(id.as_str()).await?;
/// assert!(sessions.read(id.as_str()).await?.is_none());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Sessions(Arc<Inner>);

struct Inner {
    records: Records,
    limits: Limits,
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

    /// Begins sessions in `store`, with settings.
    pub fn builder(store: impl SessionStore) -> SessionsBuilder {
        SessionsBuilder::new(store)
    }

    /// Begins a session, for a caller who has just proved who it is, and returns its id. Always a new one: an id that the
    /// client had before, or was made to have, is not taken over.
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
            created_at: now,
            last_seen: now,
            lineage: None,
            generations,
        };
        Ok(self.begin(kept).await?.0)
    }

    /// The session called `id`, if it counts; this is a use of it.
    ///
    /// # Errors
    ///
    /// The store, the clock or the crypto backend fails. Then nothing is known of the session: answer 503, and let nobody
    /// in.
    pub async fn read(&self, id: &str) -> Result<Option<SessionData>, SessionError> {
        Ok(self.look_up(id).await?.living())
    }

    /// Replaces the payload, and returns the session as it is now; `None` where there is none of this id.
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
        let Some(place) = Place::of(id)? else { return Ok(None) };
        let _turn = self.0.turns.take(&place.session).await;
        let now = self.now()?;
        let Some(kept) = self.find(&place, now).await?.living() else { return Ok(None) };
        let kept = self.keep(&place, Kept { payload, last_seen: now, ..kept }, now).await?;
        Ok(kept.living().map(|kept| self.data(kept, now)))
    }

    /// Gives the session a new id; the old one is nobody's when this returns. `None` where there is no session of this
    /// id. What the session holds and when it ends at the latest stay as they are.
    ///
    /// Do this when a caller gains rights, so that whoever knew the id before does not gain them too. Whoever uses the old
    /// id later than the [grace](SessionsBuilder::rotation_grace) ends the session: either the old or the new one is in the
    /// hands of a thief then.
    ///
    /// # Errors
    ///
    /// As for [`read`](Self::read). The old id may be dead or alive then; a new one is not handed out.
    pub async fn rotate(&self, id: &str) -> Result<Option<SessionId>, SessionError> {
        let Some(place) = Place::of(id)? else { return Ok(None) };
        let _turn = self.0.turns.take(&place.session).await;
        let now = self.now()?;
        let Some(kept) = self.find(&place, now).await?.living() else { return Ok(None) };
        let lineage = kept.lineage.clone().map_or_else(random::id, Ok)?;
        let kept = Kept { last_seen: now, lineage: Some(lineage.clone()), ..kept };
        let (new, new_place) = self.begin(kept).await?;
        match self.replace(&place, &new_place, lineage, now).await {
            Ok(true) => Ok(Some(new)),
            Ok(false) => {
                self.0.records.delete(&new_place.session).await?;
                Ok(None)
            }
            Err(error) => {
                // Nobody will ever know the id, so it does not matter whether this succeeds.
                drop(self.0.records.delete(&new_place.session).await);
                Err(error)
            }
        }
    }

    /// Ends the session called `id`, also where that is an id which a rotation has replaced: all ids of a session end
    /// together. There being none is not an error.
    ///
    /// # Errors
    ///
    /// The store, the clock or the crypto backend fails. The session may still live: say so, and do not let the user
    /// believe to be logged out.
    pub async fn delete(&self, id: &str) -> Result<(), SessionError> {
        let Some(place) = Place::of(id)? else { return Ok(()) };
        let _turn = self.0.turns.take(&place.session).await;
        let now = self.now()?;
        // Marks are for sessions: made-up ids must not fill the store.
        if self.0.records.holds(&place.session).await?
            && let Created::New = self.end(&place, &Entry::Ended, now).await?
        {
            return Ok(());
        }
        // It is not there, or somebody else was faster. If that was a rotation, the session lives on under another id.
        match self.0.records.replaced(&place.end).await? {
            Some((lineage, _)) => self.end_lineage(&lineage, now).await,
            None => Ok(()),
        }
    }

    /// Ends every session of `subject`, those included that nobody here knows of. A session that is created after this
    /// returns counts, even in the same instant; one that is being created meanwhile may not.
    ///
    /// # Errors
    ///
    /// The store, the clock, the crypto backend or the randomness of this machine fails. The sessions may still live.
    pub async fn delete_all(&self, subject: &str) -> Result<(), SessionError> {
        self.end_generation(id::subject_place(subject)?).await
    }

    /// Ends every session, as [`delete_all`](Self::delete_all) those of one subject.
    pub(crate) async fn delete_everybody(&self) -> Result<(), SessionError> {
        self.end_generation(id::everybody_place()?).await
    }

    /// The name of the cookie that carries the id.
    pub fn cookie_name(&self) -> &str {
        self.0.cookie.cookie_name()
    }

    /// The value of the `Set-Cookie` header that gives `id` to the browser. It is marked as sensitive, so that logs of
    /// headers hide it.
    pub fn set_cookie(&self, id: &SessionId) -> HeaderValue {
        self.0.cookie.set(id)
    }

    /// The value of the `Set-Cookie` header that takes the cookie away.
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

/// Shows the settings and nothing of the store: many of those show every session.
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
