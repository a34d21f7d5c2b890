//! Checks whether a verified token was revoked: by the stores of revocations and of logins.

use crate::caught::caught;
use crate::causes::with_causes;
use crate::config::{Config, RevocationCheck};
use crate::error::AuthError;
use crate::principal::{Identity, Principal};
use crate::store::{Lookup, RefreshStatus, StoreError, TokenInfo, TokenStatus};
use crate::token::{TokenKind, TokenSource};
use crate::verify::{Verified, VerifyError};

use super::user::{self, Owner};
use super::{Caller, Wanted, later, opaque};

/// The caller of a valid token, unless it was revoked.
pub(super) fn require(config: &Config, token: Verified, source: TokenSource, wanted: Wanted) -> Caller<'_> {
    match (wanted, &config.revocation) {
        (Wanted::Refresh(endpoint), _) => later(require_refresh(config, token, source, endpoint)),
        (Wanted::Access, None) => user::require(config, token, source),
        (Wanted::Access, Some(revocation)) => require_access(config, revocation, token, source),
    }
}

fn require_access<'a>(
    config: &'a Config,
    revocation: &'a RevocationCheck,
    token: Verified,
    source: TokenSource,
) -> Caller<'a> {
    // Store and clock are application code.
    match caught(|| token_status(config, revocation, token.identity())).unwrap_or(Err(AuthError::Panic)) {
        Err(error) => Caller::Now(Err(error)),
        Ok(Lookup::Known(answer)) => match require_good(answer) {
            Ok(()) => user::require(config, token, source),
            Err(error) => Caller::Now(Err(error)),
        },
        Ok(Lookup::Pending(answer)) => later(async move {
            require_good(answer.await)?;
            user::require(config, token, source).wait().await
        }),
    }
}

async fn require_refresh(
    config: &Config,
    token: Verified,
    source: TokenSource,
    endpoint: String,
) -> Result<Principal, AuthError> {
    if let Some(revocation) = &config.revocation {
        require_current(refresh_status(config, revocation, token.identity())?, &endpoint).await?;
    }
    // Refresh tokens are not remembered, so no other request has set it.
    drop(token.identity().endpoint.set(endpoint));
    user::require(config, token, source).wait().await
}

/// The owner of a token or a session at any place of the request, for a logout. It checks neither the origin of the
/// request, nor whether a refresh token is the newest of its login. A revoked token whose login lives has an owner too, and so
/// has one whose user the application does not know.
pub(crate) async fn examine(
    config: &Config,
    text: &[u8],
    source: TokenSource,
    kind: TokenKind,
) -> Result<Owner, AuthError> {
    if let Some(resolver) = config.resolver_of(text, source, kind) {
        return opaque::examine(config, resolver, text, source).await;
    }
    let verifier = config.verifier(kind);
    let token = match verifier.verify(text) {
        Err(VerifyError::NoKeys(wanted) | VerifyError::UnknownRemoteKey(wanted)) => {
            let came = verifier.clock().monotonic();
            verifier.fetch(&wanted).await;
            match verifier.verify(text) {
                // The key may be a new one, which other nodes know.
                Err(VerifyError::UnknownRemoteKey(wanted))
                    if !verifier.is_dead(text, &wanted, came, config.leeway()) =>
                {
                    Err(VerifyError::NoKeys(wanted))
                }
                verified => verified,
            }
        }
        verified => verified,
    };
    let token = token.map_err(AuthError::Token)?;
    let standing = match (kind, &config.revocation) {
        (_, None) => Ok(()),
        (TokenKind::Access, Some(revocation)) => {
            require_good(token_status(config, revocation, token.identity())?.wait().await)
        }
        (TokenKind::Refresh, Some(revocation)) => {
            match require_current(refresh_status(config, revocation, token.identity())?, "").await {
                // Its login lives.
                Err(AuthError::Replaced) => Ok(()),
                standing => standing,
            }
        }
    };
    match standing {
        Ok(()) => user::owner(config, token.into_identity(), source).await,
        // The token alone may have ended, and its login live; or this node remembers an end that a server has lost.
        Err(AuthError::Revoked) if its_login_lives(config, token.identity()).await? => {
            Ok(Owner::shut_out(token.into_identity(), source))
        }
        Err(error) => Err(error),
    }
}

/// Whether the login of a revoked token lives. An ended one is not ended again: what is revoked counts for its subject.
async fn its_login_lives(config: &Config, identity: &Identity) -> Result<bool, AuthError> {
    let Some(revocation) = &config.revocation else { return Ok(false) };
    let (_, facts) = facts(config, identity)?;
    let may_be_listed = config.may_be_listed(identity.verified_as);
    let lives = revocation.lives(&facts, may_be_listed, config.access.now()).await;
    lives.map_err(|error| AuthError::Store(with_causes(&error)))
}

/// Asks the store.
fn token_status<'a>(
    config: &Config,
    revocation: &'a RevocationCheck,
    identity: &Identity,
) -> Result<Lookup<'a>, AuthError> {
    let (id, facts) = facts(config, identity)?;
    let may_be_listed = config.may_be_listed(identity.verified_as);
    Ok(revocation.token_status(id, &facts, may_be_listed, config.access.now()))
}

/// Asks the store about a refresh token.
fn refresh_status<'a>(
    config: &Config,
    revocation: &'a RevocationCheck,
    identity: &Identity,
) -> Result<Lookup<'a, RefreshStatus>, AuthError> {
    let (id, facts) = facts(config, identity)?;
    let grace = config.issuing.as_ref().map(|issuing| issuing.grace).unwrap_or_default();
    Ok(revocation.refresh_status(id, &facts, grace, config.access.now()))
}

/// The parts of a token that a revocation can name, and its id.
fn facts<'a>(config: &'a Config, identity: &'a Identity) -> Result<(&'a str, TokenInfo<'a>), AuthError> {
    let claims = &identity.claims;
    let id = name(identity).map_err(AuthError::Token)?;
    let facts = TokenInfo {
        id: Some(id),
        issuer: config.issuer_of(identity.verified_as),
        subject: claims.subject(),
        client: claims.client_id(),
        family: claims.family(),
        issued_at: claims.issued_at().map(|date| date.to_system()),
        expires_at: claims.expires_at().to_system(),
    };
    Ok((id, facts))
}

/// A token without an id could never be revoked.
fn name(identity: &Identity) -> Result<&str, VerifyError> {
    identity.claims.token_id().ok_or(VerifyError::ClaimMissing("jti".into()))
}

/// Whether a token could be revoked, if the guard asks a store.
pub(super) fn require_name(config: &Config, identity: &Identity) -> Result<(), VerifyError> {
    if config.revocation.is_some() { name(identity).map(drop) } else { Ok(()) }
}

/// Only the current refresh token of a login is admitted, and a replaced one at the endpoint of its exchange.
async fn require_current(answer: Lookup<'_, RefreshStatus>, endpoint: &str) -> Result<(), AuthError> {
    match answer.wait().await.map_err(|error| AuthError::Store(with_causes(&error)))? {
        RefreshStatus::Current | RefreshStatus::Retried => Ok(()),
        RefreshStatus::Replaced(Some(exchanged)) if exchanged == endpoint => Ok(()),
        RefreshStatus::Replaced(_) => Err(AuthError::Replaced),
        RefreshStatus::Unknown => Err(AuthError::Revoked),
    }
}

/// The failure of a store is not a verdict.
fn require_good(answer: Result<TokenStatus, StoreError>) -> Result<(), AuthError> {
    match answer {
        Ok(TokenStatus::Valid) => Ok(()),
        Ok(TokenStatus::Revoked) => Err(AuthError::Revoked),
        Err(error) => Err(AuthError::Store(with_causes(&error))),
    }
}
