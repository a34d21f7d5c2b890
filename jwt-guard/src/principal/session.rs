//! The session of a caller.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::claims::names::NameSet;
use crate::timestamp::Timestamp;

/// A session that was valid when it was read.
///
/// `Debug` hides the user and the payload.
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
#[derive(Clone, Default, Deserialize, Serialize)]
pub(crate) struct LoginOfSession {
    /// `None` if it was when the session was created.
    pub(crate) auth_time: Option<Timestamp>,
    pub(crate) acr: Option<String>,
    pub(crate) amr: Vec<String>,
}
