//! What is kept of an opaque credential for the handler.

#[cfg(feature = "sessions")]
use std::sync::Arc;

#[cfg(feature = "sessions")]
use serde_json::value::RawValue;

#[cfg(feature = "sessions")]
use crate::claims::names::NameSet;
#[cfg(feature = "sessions")]
use crate::timestamp::Timestamp;

/// The opaque credential that a caller showed.
pub(crate) struct OpaqueCredential {
    /// Its text.
    pub(crate) id: Box<str>,
    /// The session, where it is the id of one.
    #[cfg(feature = "sessions")]
    pub(crate) session: Option<Arc<SessionData>>,
}

/// A session that was neither ended nor expired when it was read.
///
/// `Debug` shows nothing of the user and nothing of the payload.
#[cfg(feature = "sessions")]
#[derive(Clone)]
pub struct SessionData {
    pub(crate) subject: String,
    pub(crate) scopes: NameSet,
    pub(crate) roles: NameSet,
    pub(crate) payload: Box<RawValue>,
    pub(crate) created_at: Timestamp,
    pub(crate) last_seen: Timestamp,
    pub(crate) expires_at: Timestamp,
    pub(crate) is_fresh: bool,
}
