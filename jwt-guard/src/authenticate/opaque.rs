//! The caller of an opaque credential.

use std::sync::Arc;

use crate::claims::registered::TokenClaims;
use crate::config::Config;
use crate::error::AuthError;
use crate::opaque::{Resolve, Resolved};
use crate::principal::{Identity, OpaqueCredential, Principal};
use crate::token::TokenSource;

use super::user::{self, Owner};

/// The caller of a credential, for a handler.
pub(super) async fn resolve(
    config: &Config,
    resolver: &dyn Resolve,
    credential: &[u8],
    source: TokenSource,
) -> Result<Principal, AuthError> {
    let id = text(credential)?;
    let identity = identity(config, resolver.resolve(id).await, id)?;
    user::require_of(config, identity, source).wait().await
}

/// The owner of a credential, for a logout.
pub(super) async fn examine(
    config: &Config,
    resolver: &dyn Resolve,
    credential: &[u8],
    source: TokenSource,
) -> Result<Owner, AuthError> {
    let id = text(credential)?;
    let identity = identity(config, resolver.examine(id).await, id)?;
    user::owner(config, identity, source).await
}

fn text(credential: &[u8]) -> Result<&str, AuthError> {
    std::str::from_utf8(credential).map_err(|_| AuthError::NoSession)
}

/// An unknown id is usually a stale cookie: the request has no session.
fn identity(
    config: &Config,
    resolved: Result<Resolved, String>,
    id: &str,
) -> Result<Arc<Identity>, AuthError> {
    let mut caller = match resolved.map_err(AuthError::Store)? {
        Resolved::Caller(caller) => caller,
        Resolved::Replaced => return Err(AuthError::ReplacedSession),
        Resolved::Nothing => return Err(AuthError::NoSession),
    };
    config.hierarchies.scopes.expand(&mut caller.scopes);
    config.hierarchies.roles.expand(&mut caller.roles);
    let unreadable = || AuthError::Store("the record in the session store is not a session".to_owned());
    let claims = TokenClaims::of_session(caller.claims, caller.is_fresh).ok_or_else(unreadable)?;
    let opaque = OpaqueCredential {
        id: id.into(),
        #[cfg(feature = "sessions")]
        session: caller.session,
    };
    Ok(Arc::new(Identity { opaque: Some(opaque), ..Identity::new(claims, caller.scopes, caller.roles) }))
}
