//! The last step: the application's user, if a loader is configured.

use std::sync::Arc;

use crate::config::{Config, NoUser, UserLoader};
use crate::error::AuthError;
use crate::principal::{Identity, Principal};
use crate::token::TokenSource;
use crate::verify::Verified;

use super::{Caller, later};

/// The caller of a valid token.
pub(super) fn require(config: &Config, token: Verified, source: TokenSource) -> Caller<'_> {
    require_of(config, token.into_identity(), source)
}

/// The caller, with the application's user if a loader is configured.
pub(super) fn require_of(config: &Config, identity: Arc<Identity>, source: TokenSource) -> Caller<'_> {
    let Some(loader) = &config.user_loader else {
        return Caller::Now(Ok(Principal::authenticated(identity, source)));
    };
    // A machine is not a user: the loader is not asked whose an absent subject is.
    if identity.claims.is_of_machine() {
        return Caller::Now(Ok(Principal::authenticated(identity, source)));
    }
    if config.is_stranger(identity.verified_as) {
        return Caller::Now(Err(AuthError::UnknownUser));
    }
    later(with_user(loader, Principal::authenticated(identity, source)))
}

/// The owner of a credential that was verified, for a logout.
pub(crate) struct Owner {
    pub(crate) caller: Principal,
    /// Whether a request gets in with the credential: it is not revoked, and the application knows the user. If not, its login
    /// must end all the same.
    pub(crate) gets_in: bool,
}

impl Owner {
    /// Of a credential that no request gets in with.
    pub(super) fn shut_out(identity: Arc<Identity>, source: TokenSource) -> Self {
        Self { caller: Principal::authenticated(identity, source), gets_in: false }
    }
}

/// The owner of a valid credential, even if the application does not know the user.
pub(super) async fn owner(
    config: &Config,
    identity: Arc<Identity>,
    source: TokenSource,
) -> Result<Owner, AuthError> {
    match require_of(config, Arc::clone(&identity), source).wait().await {
        Ok(caller) => Ok(Owner { caller, gets_in: true }),
        Err(AuthError::UnknownUser | AuthError::Claims(_)) => Ok(Owner::shut_out(identity, source)),
        Err(error) => Err(error),
    }
}

/// Loads the application's user. An unknown user is a verdict; a failing loader is not.
async fn with_user(loader: &UserLoader, principal: Principal) -> Result<Principal, AuthError> {
    let Some(claims) = principal.claims_source() else {
        return Ok(principal);
    };
    match loader.load(claims).await {
        Ok(user) => Ok(principal.with_user(user)),
        Err(NoUser::Claims(misfit)) => Err(AuthError::Claims(misfit)),
        Err(NoUser::Unknown) => Err(AuthError::UnknownUser),
        Err(NoUser::Failed(reason)) => Err(AuthError::UserLoader(reason)),
    }
}
