//! The opaque credential of a caller.

use std::sync::Arc;

use super::SessionData;
use crate::token::GuardNumber;

/// The opaque credential of a caller.
pub(crate) struct OpaqueCredential {
    /// Its text.
    pub(crate) id: Box<str>,
    /// The guard that has read it.
    pub(crate) by: GuardNumber,
    /// The session, if it is a session id.
    #[cfg_attr(not(feature = "sessions"), expect(dead_code, reason = "without the feature it is `None`"))]
    pub(crate) session: Option<Arc<SessionData>>,
}
