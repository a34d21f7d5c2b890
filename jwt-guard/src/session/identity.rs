//! The caller that a session speaks for.

use std::any::Any;
use std::sync::Arc;

use http::HeaderValue;

use super::life::Found;
use super::{SessionData, SessionError, Sessions, claims};
use crate::config::{FoundSession, Identified, SessionCaller, SessionSource};

/// What the guard found, kept for the handler.
pub(crate) struct Held {
    pub(crate) sessions: Sessions,
    pub(crate) id: Box<str>,
    pub(crate) data: SessionData,
}

impl SessionSource for Sessions {
    fn cookie_name(&self) -> &str {
        self.cookie_name()
    }

    fn header_name(&self) -> Option<&str> {
        self.0.header.as_deref()
    }

    fn clear_cookie(&self) -> HeaderValue {
        self.clear_cookie()
    }

    fn identify<'a>(&'a self, id: &'a str) -> Identified<'a> {
        Box::pin(async move { self.caller(id, self.look_up(id).await) })
    }

    fn examine<'a>(&'a self, id: &'a str) -> Identified<'a> {
        Box::pin(async move { self.caller(id, Self::examine(self, id).await) })
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl Sessions {
    fn caller(
        &self,
        id: &str,
        found: Result<Found<SessionData>, SessionError>,
    ) -> Result<FoundSession, String> {
        // The cause of a failure may quote what the store was asked, which no log may hold.
        let session = match found.map_err(|error| error.to_string())? {
            Found::Living(session) => session,
            Found::Replaced => return Ok(FoundSession::Replaced),
            Found::Nothing => return Ok(FoundSession::Nothing),
        };
        let claims = claims::of(&session).map_err(|error| error.to_string())?;
        let (scopes, roles) = (session.scopes().clone(), session.roles().clone());
        let is_fresh = session.is_fresh();
        let session = Arc::new(Held { sessions: self.clone(), id: id.into(), data: session });
        Ok(FoundSession::Caller(SessionCaller { claims, scopes, roles, is_fresh, session }))
    }
}
