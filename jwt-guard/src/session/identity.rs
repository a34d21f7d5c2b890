//! The caller that a session speaks for.

use std::any::Any;
use std::sync::Arc;

use http::HeaderValue;

use super::life::Found;
use super::{SessionData, Sessions, claims};
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
        Box::pin(async move {
            // The cause of a failure may quote what the store was asked, which no log may hold.
            let session = match self.look_up(id).await.map_err(|error| error.to_string())? {
                Found::Living(session) => session,
                Found::Replaced => return Ok(FoundSession::Replaced),
                Found::Nothing => return Ok(FoundSession::Nothing),
            };
            let claims = claims::of(&session).map_err(|error| error.to_string())?;
            let (scopes, roles) = (session.scopes().clone(), session.roles().clone());
            let is_fresh = session.is_fresh();
            let held = Held { sessions: self.clone(), id: id.into(), data: session };
            Ok(FoundSession::Caller(SessionCaller {
                claims,
                scopes,
                roles,
                is_fresh,
                session: Arc::new(held),
            }))
        })
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
