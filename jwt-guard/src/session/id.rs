//! The id of a session, and the names of its records in the store.
//!
//! The id is 256 random bits. The store only gets hashes of it, so a copy of the store does not contain an id to
//! present.

use std::fmt;

use serde::{Deserialize, Serialize};
use tower_sessions_core::session::Id;

use super::error::{SessionError, SessionErrorKind};
use crate::base64url;
use crate::keys::backend;
use crate::random;

/// The id of a session, for the client. It authenticates the caller that presents it, and reveals nothing about the
/// user.
///
/// `Debug` hides it, and there is no `Display`.
///
/// ```
/// # use jwt_guard::session::{NewSession, Sessions};
/// # use tower_sessions_memory_store::MemoryStore;
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), jwt_guard::session::SessionError> {
/// let sessions = Sessions::new(MemoryStore::default());
/// let id = sessions.create(NewSession::new("alice")).await?;
/// assert_eq!(id.as_str().len(), 43);
/// assert_eq!(format!("{id:?}"), "SessionId(..)");
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct SessionId(String);

impl SessionId {
    /// Draws a new id.
    pub(super) fn draw() -> Result<Self, SessionError> {
        Ok(Self(random::long_id()?))
    }

    /// The text for the cookie or the header: 43 characters of base64url. Never log it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionId(..)")
    }
}

/// The places of one session in the store.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(from = "[HashedId; 2]", into = "[HashedId; 2]")]
pub(super) struct SessionPlace {
    /// The session itself.
    pub(super) session: Id,
    /// The mark that it was ended.
    pub(super) end: Id,
}

impl SessionPlace {
    /// The place for an id from a client; `None` if the text is not an id.
    pub(super) fn of(id: &str) -> Result<Option<Self>, SessionError> {
        if !is_well_formed(id) {
            return Ok(None);
        }
        // Ids have no colon, so they are never hashed like another kind of name.
        Ok(Some(Self { session: hashed("", id)?, end: hashed("jwt-guard session end: ", id)? }))
    }
}

/// Names in records are texts, because stores change numbers of this size.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
struct HashedId(Id);

impl From<HashedId> for String {
    fn from(HashedId(Id(number)): HashedId) -> Self {
        number.to_string()
    }
}

impl TryFrom<String> for HashedId {
    type Error = std::num::ParseIntError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Ok(Self(Id(text.parse()?)))
    }
}

impl From<[HashedId; 2]> for SessionPlace {
    fn from([HashedId(session), HashedId(end)]: [HashedId; 2]) -> Self {
        Self { session, end }
    }
}

impl From<SessionPlace> for [HashedId; 2] {
    fn from(SessionPlace { session, end }: SessionPlace) -> Self {
        [HashedId(session), HashedId(end)]
    }
}

/// The places of a lineage in the store: of all ids of one session.
pub(super) struct LineagePlace {
    /// The place of the newest id.
    pub(super) newest: Id,
    /// The mark that all were ended.
    pub(super) end: Id,
}

impl LineagePlace {
    pub(super) fn of(lineage: &str) -> Result<Self, SessionError> {
        let newest = hashed("jwt-guard session lineage: ", lineage)?;
        Ok(Self { newest, end: hashed("jwt-guard session lineage end: ", lineage)? })
    }
}

/// The place of the generation of a subject's sessions.
pub(super) fn subject_place(subject: &str) -> Result<Id, SessionError> {
    hashed("jwt-guard session subject: ", subject)
}

/// The place of the generation of all sessions.
pub(super) fn everybody_place() -> Result<Id, SessionError> {
    hashed("jwt-guard session of everybody", "")
}

/// 256 bits in base64url without padding, in the one spelling of [`SessionId::draw`].
fn is_well_formed(id: &str) -> bool {
    // One byte more than an id, because the decoder overestimates.
    let mut bytes = [0; 33];
    id.len() == LENGTH && base64url::decode_into(id.as_bytes(), &mut bytes).is_some()
}

const LENGTH: usize = 43;

/// The first 128 bits of the SHA-256 of a text.
fn hashed(domain: &'static str, text: &str) -> Result<Id, SessionError> {
    let digest = backend::sha256([domain, text].concat().as_bytes()).ok();
    let half = digest.as_deref().and_then(|digest| digest.first_chunk());
    half.map(|half| Id(i128::from_be_bytes(*half)))
        .ok_or_else(|| SessionError::new(SessionErrorKind::Crypto, "the crypto backend cannot hash"))
}
