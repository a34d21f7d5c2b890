//! Sessions as one kind of opaque credential: the caller that an id stands for.

use std::sync::Arc;

use http::HeaderValue;

use super::life::SessionState;
use super::{SessionData, SessionError, Sessions, claims};
use crate::code::RefusalCode;
use crate::location::{Place, TokenLocation};
use crate::opaque::{DeadCredential, OpaqueCaller, Resolve, Resolved, Resolving};
use crate::token::TokenSource;

/// An unknown id is usually a stale cookie.
static UNKNOWN: DeadCredential =
    DeadCredential { code: RefusalCode::NoSession, reason: "there is no such session, or it is over" };

/// A rotation replaced the id, and another request got the new one.
static REPLACED: DeadCredential = DeadCredential {
    code: RefusalCode::ReplacedSession,
    reason: "a rotation has just given the session another id",
};

impl Resolve for Sessions {
    fn locations(&self) -> Vec<TokenLocation> {
        let cookie = Place::Session { name: self.cookie_name().to_owned() };
        let header = self.0.header.clone().map(|name| Place::SessionHeader { name });
        [Some(cookie), header].into_iter().flatten().map(TokenLocation).collect()
    }

    fn is_for(&self, _text: &[u8], source: TokenSource) -> bool {
        source == TokenSource::Session
    }

    fn resolve<'a>(&'a self, id: &'a str) -> Resolving<'a> {
        Box::pin(async move { Self::caller(self.look_up(id).await) })
    }

    fn examine<'a>(&'a self, id: &'a str) -> Resolving<'a> {
        Box::pin(async move { Self::caller(Self::examine(self, id).await) })
    }

    fn unknown(&self) -> &'static DeadCredential {
        &UNKNOWN
    }

    fn cleared_cookie(&self) -> Option<(&str, HeaderValue)> {
        Some((self.cookie_name(), self.clear_cookie()))
    }
}

impl Sessions {
    fn caller(found: Result<SessionState<SessionData>, SessionError>) -> Result<Resolved, String> {
        // The cause of a failure may quote names that the store was given, which must not be logged.
        let session = match found.map_err(|error| error.to_string())? {
            SessionState::Living(session) => session,
            SessionState::Replaced => return Ok(Resolved::Replaced(&REPLACED)),
            SessionState::Nothing => return Ok(Resolved::Nothing),
        };
        let claims = claims::of(&session).map_err(|error| error.to_string())?;
        let (scopes, roles) = (session.scopes().clone(), session.roles().clone());
        let is_fresh = session.is_fresh();
        let session = Some(Arc::new(session));
        Ok(Resolved::Caller(OpaqueCaller { claims, scopes, roles, is_fresh, session }))
    }
}
