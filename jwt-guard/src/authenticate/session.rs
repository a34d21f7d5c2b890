//! The caller of a server-side session.

use std::sync::Arc;

use crate::claims::registered::TokenClaims;
use crate::config::{Config, FoundSession, SessionSource};
use crate::error::AuthError;
use crate::principal::{Identity, Principal};
use crate::token::TokenSource;

use super::user;

/// The caller of a session, for a handler.
pub(super) async fn identify(config: &Config, id: &[u8]) -> Result<Principal, AuthError> {
    let (sessions, id) = source(config, id)?;
    let found = sessions.identify(id).await;
    caller(config, found).await
}

/// The caller of a session, for a logout.
pub(super) async fn examine(config: &Config, id: &[u8]) -> Result<Principal, AuthError> {
    let (sessions, id) = source(config, id)?;
    let found = sessions.examine(id).await;
    caller(config, found).await
}

fn source<'a>(config: &'a Config, id: &'a [u8]) -> Result<(&'a dyn SessionSource, &'a str), AuthError> {
    match (&config.sessions, std::str::from_utf8(id)) {
        (Some(sessions), Ok(id)) => Ok((&**sessions, id)),
        _ => Err(AuthError::NoSession),
    }
}

/// An id that stands for no session is what a stale cookie is: no session.
async fn caller(config: &Config, found: Result<FoundSession, String>) -> Result<Principal, AuthError> {
    let mut caller = match found.map_err(AuthError::Store)? {
        FoundSession::Caller(caller) => caller,
        FoundSession::Replaced => return Err(AuthError::ReplacedSession),
        FoundSession::Nothing => return Err(AuthError::NoSession),
    };
    config.hierarchies.scopes.expand(&mut caller.scopes);
    config.hierarchies.roles.expand(&mut caller.roles);
    let unreadable = || AuthError::Store("the session store holds a record that is none".to_owned());
    let claims = TokenClaims::of_session(caller.claims, caller.is_fresh).ok_or_else(unreadable)?;
    let identity = Identity::new(claims, caller.scopes, caller.roles);
    #[cfg(feature = "sessions")]
    let identity = Identity { session: Some(caller.session), ..identity };
    user::require_of(config, Arc::new(identity), TokenSource::Session).wait().await
}
