//! The caller that a session speaks for.

use std::fmt;

use super::data::SessionData;
use super::error::SessionError;
use super::{Sessions, claims};

/// What a guard needs of a session to let its caller in.
#[cfg_attr(not(test), expect(dead_code, reason = "the guard reads them"))]
pub(crate) struct SessionIdentity {
    /// Subject, scopes, roles, payload and times.
    pub(crate) session: SessionData,
    /// The same as the JSON object of a token's claims: `sub`, `scope`, `roles`, `iat`, `exp` and the members of the
    /// payload.
    pub(crate) claims: String,
}

impl Sessions {
    /// As [`read`](Self::read), for a guard.
    ///
    /// # Errors
    ///
    /// As there.
    #[cfg_attr(not(test), expect(dead_code, reason = "the guard asks for it"))]
    pub(crate) async fn identify(&self, id: &str) -> Result<Option<SessionIdentity>, SessionError> {
        let Some(session) = self.read(id).await? else { return Ok(None) };
        let claims = claims::of(&session)?;
        Ok(Some(SessionIdentity { session, claims }))
    }
}

impl fmt::Debug for SessionIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionIdentity(..)")
    }
}
