//! The data of an opaque credential for handlers.

#[cfg(feature = "sessions")]
use std::sync::Arc;

#[cfg(feature = "sessions")]
use serde::{Deserialize, Serialize};
#[cfg(feature = "sessions")]
use serde_json::value::RawValue;

#[cfg(feature = "sessions")]
use crate::claims::names::NameSet;
#[cfg(feature = "sessions")]
use crate::timestamp::Timestamp;

/// The opaque credential of a caller.
pub(crate) struct OpaqueCredential {
    /// Its text.
    pub(crate) id: Box<str>,
    /// The session, if it is a session id.
    #[cfg(feature = "sessions")]
    pub(crate) session: Option<Arc<SessionData>>,
}

/// A session that was valid when it was read.
///
/// `Debug` hides the user and the payload.
#[cfg(feature = "sessions")]
#[derive(Clone)]
pub struct SessionData {
    pub(crate) subject: String,
    pub(crate) scopes: NameSet,
    pub(crate) roles: NameSet,
    pub(crate) payload: Box<RawValue>,
    pub(crate) login: Box<LoginOfSession>,
    pub(crate) created_at: Timestamp,
    pub(crate) last_seen: Timestamp,
    pub(crate) expires_at: Timestamp,
    pub(crate) is_fresh: bool,
}

/// How and when the person of a session logged in.
#[cfg(feature = "sessions")]
#[derive(Clone, Default, Deserialize, Serialize)]
pub(crate) struct LoginOfSession {
    /// `None` if it was when the session was created.
    pub(crate) auth_time: Option<Timestamp>,
    pub(crate) acr: Option<String>,
    pub(crate) amr: Vec<String>,
}
