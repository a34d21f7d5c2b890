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
    let id = text(resolver, credential)?;
    let identity = identity(config, resolver, resolver.resolve(id).await, id)?;
    user::require_of(config, identity, source).wait().await
}

/// The owner of a credential, for a logout.
pub(super) async fn examine(
    config: &Config,
    resolver: &dyn Resolve,
    credential: &[u8],
    source: TokenSource,
) -> Result<Owner, AuthError> {
    let id = text(resolver, credential)?;
    let identity = identity(config, resolver, resolver.examine(id).await, id)?;
    user::owner(config, identity, source).await
}

fn text<'c>(resolver: &dyn Resolve, credential: &'c [u8]) -> Result<&'c str, AuthError> {
    std::str::from_utf8(credential).map_err(|_| AuthError::UnknownCredential(resolver.unknown()))
}

/// The identity of what the resolver has answered.
fn identity(
    config: &Config,
    resolver: &dyn Resolve,
    resolved: Result<Resolved, String>,
    id: &str,
) -> Result<Arc<Identity>, AuthError> {
    let mut caller = match resolved.map_err(AuthError::Store)? {
        Resolved::Caller(caller) => caller,
        Resolved::Replaced(dead) => return Err(AuthError::ReplacedCredential(dead)),
        Resolved::Nothing => return Err(AuthError::UnknownCredential(resolver.unknown())),
    };
    config.hierarchies.scopes.expand(&mut caller.scopes);
    config.hierarchies.roles.expand(&mut caller.roles);
    let unreadable = || AuthError::Store("what is stored of the credential is not a caller".to_owned());
    let claims = TokenClaims::of_session(caller.claims, caller.is_fresh).ok_or_else(unreadable)?;
    let opaque = OpaqueCredential { id: id.into(), by: config.access.guard(), session: caller.session };
    Ok(Arc::new(Identity { opaque: Some(opaque), ..Identity::new(claims, caller.scopes, caller.roles) }))
}
